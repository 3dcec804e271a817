// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

extension Link {
    /// Passes on what the session says.
    func tell(_ event: ESMESession.Event, _ now: Int64) {
        switch event {
        case .bound(let systemID, let version):
            timesBound += 1
            boundSince = now
            smscSystemID = systemID
            service.emit(
                .up(
                    bind: index, name: settings.name, peer: peer ?? "", smscSystemID: systemID, version: version,
                    tls: stream?.tlsSummary))
        case .response(let token, let status, let messageID, let parameters):
            service.emit(
                .response(bind: index, token: token, status: status, messageID: messageID, parameters: parameters))
        case .malformedResponse(let token, let problem):
            service.emit(.fault(bind: index, problem))
            service.emit(.timedOut(bind: index, token: token))
        case .timedOut(let token): service.emit(.timedOut(bind: index, token: token))
        case .lateResponse(let token, let status, let messageID):
            service.emit(.lateResponse(bind: index, token: token, status: status, messageID: messageID))
        case .incoming(let ticket, let fields, let isDataSM):
            service.emit(.incoming(bind: index, ticket: ticket, fields: fields, isDataSM: isDataSM))
        case .alert(let alert): service.emit(.alert(bind: index, alert))
        case .outbind: break
        case .fault(let text): service.emit(.fault(bind: index, text))
        case .leaving: service.emit(.leaving(bind: index))
        case .ended(let reason, let inDoubt, let unsent): ended(reason, inDoubt, unsent, now)
        }
    }

    private func ended(_ reason: ESMESession.EndReason, _ inDoubt: [UInt64], _ unsent: [UInt64], _ now: Int64) {
        var refused: CommandStatus?
        var isOrderly = true
        var isAsked = false
        switch reason {
        case .refused(let status): refused = status
        case .linkDead, .bindUnanswered, .flooded, .disconnected: isOrderly = false
        case .unbound, .inactive: isAsked = true
        case .noOutbind, .unboundByPeer, .unreadable: break
        }
        if let stream {
            self.stream = nil
            service.letGo(stream, orderly: isOrderly)
        }
        finish(
            reason.description, refused: refused, isAsked: isAsked, inDoubt: inDoubt, unsent: unsent,
            now: now)
    }
}
