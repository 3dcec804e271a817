// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Glibc

extension ByteStream {
    /// Sends what waits, ends TLS and TCP in order and waits for the peer to do so too, `closeTimeout` at the most.
    /// What the peer still sends is dropped. Before `onConnected` it is the same as `abort`. `onClosed` follows.
    package func close() {
        dispatchPrecondition(condition: .onQueue(queue))
        switch phase {
        case .open: break
        case .closing, .lingering, .closed: return
        default:
            finish(.closedLocally)
            return
        }
        // The peer's FIN is to be seen.
        resumeReading()
        phase = .closing
        setDeadline(.now() + options.closeTimeout) { stream in
            stream.descriptor?.resetOnClose()
            stream.finish(.closedLocally)
        }
        flushAll()
    }

    /// Ends the connection at once, with a reset; what waits is dropped. `onClosed` follows.
    package func abort() {
        dispatchPrecondition(condition: .onQueue(queue))
        descriptor?.resetOnClose()
        finish(.closedLocally)
    }

    /// All is sent: says so, once.
    func closeOwnDirection() {
        guard let descriptor else { return }
        if let tls {
            tls.close()
            tls.moveOutput(to: records)
            if !records.isEmpty {
                // Comes back here when close_notify is out.
                flushAll()
                return
            }
        }
        phase = .lingering
        shutdown(descriptor.number, Int32(SHUT_WR))
    }
}
