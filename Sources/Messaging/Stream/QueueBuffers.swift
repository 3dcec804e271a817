// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch

/// Room to receive into. All streams of a queue share it: only one of them is being read at a time.
final class QueueBuffers: @unchecked Sendable {
    private static let size = 64 << 10
    private static let key = DispatchSpecificKey<QueueBuffers>()

    /// As the socket gives it.
    let received = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    /// Decrypted. Memory that TLS never touches costs nothing.
    let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)

    deinit {
        received.deallocate()
        plain.deallocate()
    }

    /// Any thread.
    static func of(_ queue: DispatchQueue) -> QueueBuffers {
        if let buffers = queue.getSpecific(key: key) { return buffers }
        let buffers = QueueBuffers()
        queue.setSpecific(key: key, value: buffers)
        return buffers
    }
}
