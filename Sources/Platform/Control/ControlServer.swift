// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Glibc

/// The control socket: a Unix stream socket that only the daemon's user and one group may use.
///
/// Nothing here blocks.
@ControlActor package final class ControlServer {
    package typealias Accept = @ControlActor @Sendable (ControlConnection) -> any ControlConnectionHandler

    private let limits: ControlLimits
    /// Sent to a client that finds no place, before it is closed.
    private let refusal: [UInt8]
    private let clock: @Sendable () -> Timestamp
    private let accept: Accept

    private var socket: ControlSocket?
    private var poller: SocketPoller?
    private var timer: (any DispatchSourceTimer)?
    private var connections: [UInt64: ControlConnection] = [:]
    private var lastID = listenerID
    /// Kept open so that a client finds a descriptor when none is left.
    private var reserve = ControlServer.openReserve()
    private static let listenerID: UInt64 = 0
    /// Clients that found no place.
    package private(set) var refusedCount: UInt64 = 0

    private static let acceptsPerTurn = 64
    private static let sweepSeconds = 5

    package init(
        limits: ControlLimits = ControlLimits(),
        refusal: [UInt8] = [], clock: @escaping @Sendable () -> Timestamp, accept: @escaping Accept
    ) {
        self.limits = limits
        self.refusal = refusal
        self.clock = clock
        self.accept = accept
    }

    package var connectionCount: Int { connections.count }

    /// Opens the socket. The place is given up when the server stops, unless others hold it.
    package func start(at place: ControlSocketPlace) throws(ControlSocketError) {
        let socket = try ControlSocket(place)
        do throws(ControlSocketError) {
            poller = try SocketPoller(queue: ControlActor.queue) { [weak self] id, ready in
                ControlActor.assumeIsolated { self?.isReady(id, ready) }
            }
        } catch {
            socket.unlink()
            socket.close()
            throw error
        }
        self.socket = socket
        awaitClients()
        let timer = DispatchSource.makeTimerSource(queue: ControlActor.queue)
        timer.schedule(
            deadline: .now() + .seconds(Self.sweepSeconds), repeating: .seconds(Self.sweepSeconds), leeway: .seconds(1))
        timer.setEventHandler { [weak self] in
            guard let self else { return }
            sweep(now: clock())
        }
        timer.resume()
        self.timer = timer
    }

    /// No new clients; the path is free for a successor. Connections stay.
    package func stopListening() {
        poller?.forget(Self.listenerID)
        socket?.unlink()
        socket?.close()
        socket = nil
    }

    /// Closes everything.
    package func stop() {
        stopListening()
        timer?.cancel()
        timer = nil
        for connection in connections.values.sorted(by: { $0.id < $1.id }) { connection.close(.serverStopped) }
        poller?.stop()
        poller = nil
        if reserve >= 0 { Glibc.close(reserve) }
        reserve = -1
    }

    private func isReady(_ id: UInt64, _ ready: SocketPoller.Interest) {
        if id == Self.listenerID { acceptWaiting() } else { connections[id]?.isReady(ready) }
    }

    private func awaitClients() {
        guard let socket else { return }
        poller?.watch(Self.listenerID, socket.descriptor, .read)
    }

    private func acceptWaiting() {
        guard let listener = socket?.descriptor else { return }
        for _ in 0..<Self.acceptsPerTurn {
            let client = Glibc.accept(listener, nil, nil)
            if client >= 0 {
                admit(client)
                // Whoever handles a client may have stopped the server.
                guard socket != nil else { return }
                continue
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EMFILE, ENFILE:
                // One that does nothing gives way, so that whoever wants something is not locked out.
                if evictOldestIdle() { continue }
                refuseFromReserve(listener)
                return
            case ENOMEM, ENOBUFS:
                // The clients wait in the backlog until the next sweep, instead of keeping the queue busy.
                return
            default: return awaitClients()
            }
        }
        awaitClients()
    }

    private func admit(_ client: Int32) {
        guard fcntl(client, F_SETFD, FD_CLOEXEC) == 0,
            fcntl(client, F_SETFL, fcntl(client, F_GETFL) | O_NONBLOCK) == 0, let peer = credentials(of: client),
            let poller
        else {
            Glibc.close(client)
            return
        }
        if connections.count >= limits.connections { evictOldestIdle() }
        guard connections.count < limits.connections else {
            refuse(client)
            return
        }
        lastID += 1
        let connection = ControlConnection(
            id: lastID, descriptor: client, peer: peer, poller: poller, limits: limits, clock: clock
        ) { [weak self] connection in
            self?.connections[connection.id] = nil
        }
        connections[lastID] = connection
        connection.start(accept(connection))
    }

    private func refuse(_ client: Int32) {
        refusedCount += 1
        // Whatever fits; a client without a place is not waited for.
        _ = refusal.withUnsafeBytes {
            Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        Glibc.close(client)
    }

    private static func openReserve() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }

    /// No descriptor is left, and every client is busy: those who wait are told so. Others follow at the next sweep.
    private func refuseFromReserve(_ listener: Int32) {
        for _ in 0..<Self.acceptsPerTurn {
            if reserve >= 0 { Glibc.close(reserve) }
            let client = Glibc.accept(listener, nil, nil)
            if client >= 0 { refuse(client) }
            reserve = Self.openReserve()
            if client < 0 { return }
        }
    }

    /// False: all are busy.
    @discardableResult
    private func evictOldestIdle() -> Bool {
        let idle = connections.values.filter(\.isIdle)
        let oldest = idle.min { ($0.lastActivity, $0.id) < ($1.lastActivity, $1.id) }
        oldest?.close(.evicted)
        return oldest != nil
    }

    /// Closes clients that do not read, and looks for new ones in case descriptors had run out.
    func sweep(now: Timestamp) {
        for connection in connections.values.sorted(by: { $0.id < $1.id }) { connection.sweep(now: now) }
        awaitClients()
    }

    private func credentials(of client: Int32) -> PeerCredentials? {
        // struct ucred: pid, uid, gid.
        var fields: (Int32, UInt32, UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: fields))
        guard getsockopt(client, SOL_SOCKET, SO_PEERCRED, &fields, &length) == 0 else { return nil }
        return PeerCredentials(processID: fields.0, userID: fields.1, groupID: fields.2)
    }
}
