// SPDX-License-Identifier: GPL-3.0-or-later
import CTLS
@preconcurrency import Dispatch
import Glibc

/// Where name servers are waited for, by as many threads as there are names.
private let resolverQueue = DispatchQueue(label: "burgernetd.stream.resolver", attributes: .concurrent)

extension ByteStream {
    /// Resolves the name off the queue, tries its addresses in turn, then does the TLS handshake. Ends in
    /// `onConnected` or `onClosed`, after `connectTimeout` at the latest. Once per stream.
    package func connect() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard phase == .idle, descriptor == nil else { return }
        connectDeadline = .now() + options.connectTimeout
        phase = .resolving
        setDeadline(connectDeadline) { $0.finish(.timedOut) }
        if case .success(let found) = SocketAddress.resolve(target, digitsOnly: true) {
            turn { tryAddresses(found) }
            return
        }
        let target = target
        resolverQueue.async { [weak self, queue] in
            let result = SocketAddress.resolve(target, digitsOnly: false)
            queue.async { [weak self] in
                guard let self, phase == .resolving else { return }
                turn { self.resolved(result) }
            }
        }
    }

    /// Begins with an accepted connection.
    func start() {
        guard phase == .idle, descriptor != nil else { return }
        connectDeadline = .now() + options.connectTimeout
        turn { established() }
    }

    private func resolved(_ result: Result<[SocketAddress], ResolutionError>) {
        switch result {
        case .success(let found): tryAddresses(found)
        case .failure(let error): finish(.unresolved(error.description))
        }
    }

    private func tryAddresses(_ found: [SocketAddress]) {
        addresses = found.prefix(max(1, options.connectAttempts))
        lastFailure = .unresolved("no address")
        phase = .connecting
        tryNextAddress()
    }

    private func tryNextAddress() {
        while let address = addresses.popFirst() {
            guard let descriptor = Descriptor.tcp(family: address.family) else {
                lastFailure = StreamCloseReason(errno: errno)
                continue
            }
            descriptor.apply(options)
            let code = address.withPointer { Glibc.connect(descriptor.number, $0, $1) } == 0 ? 0 : errno
            guard code == 0 || code == EINPROGRESS else {
                lastFailure = StreamCloseReason(errno: code)
                continue
            }
            self.descriptor = descriptor
            if code == 0 { established() } else { awaitConnection() }
            return
        }
        finish(lastFailure)
    }

    private func awaitConnection() {
        armWriteSource()
        guard !addresses.isEmpty else {
            setDeadline(connectDeadline) { $0.finish(.timedOut) }
            return
        }
        // One address that swallows everything must not use up the time of the others.
        let now = DispatchTime.now()
        let left = connectDeadline > now ? connectDeadline.uptimeNanoseconds - now.uptimeNanoseconds : 0
        setDeadline(now + .nanoseconds(Int(left / UInt64(addresses.count + 1)))) { stream in
            stream.lastFailure = .timedOut
            stream.leaveAddress()
        }
    }

    private func leaveAddress() {
        dropWriteSource()
        descriptor = nil
        tryNextAddress()
    }

    /// The socket of an attempt has become writable: connected, or failed.
    func attemptEnded() {
        guard let descriptor else { return }
        let code = descriptor.takeError()
        if code == 0 {
            established()
        } else {
            lastFailure = StreamCloseReason(errno: code)
            leaveAddress()
        }
    }

    private func established() {
        dropWriteSource()
        addresses = []
        guard let tlsContext else {
            armReadSource()
            opened()
            return
        }
        do {
            tls = try tlsContext.makeSession(host: target.host)
        } catch {
            finish(.tls("\(error)"))
            return
        }
        phase = .handshaking
        setDeadline(connectDeadline) { $0.finish(.timedOut) }
        armReadSource()
        lookNowAndThen()
        if let tls { shakeHands(tls) }
    }

    /// Dispatch tells of a hang-up once for both directions of a descriptor, and may tell the write source, which is
    /// just being given up then: in the handshake somebody has to look.
    private func lookNowAndThen() {
        queue.asyncAfter(deadline: .now() + .milliseconds(200)) { [weak self] in
            guard let self, phase == .handshaking else { return }
            turn { self.receive() }
            lookNowAndThen()
        }
    }

    func shakeHands(_ tls: TLSSession) {
        let status = tls.handshake()
        tls.moveOutput(to: records)
        switch status {
        case CTLS_DONE: opened()
        case CTLS_MORE: break
        default: failTLS(tls)
        }
    }

    private func opened() {
        clearDeadline()
        phase = .open
        onConnected?()
    }
}
