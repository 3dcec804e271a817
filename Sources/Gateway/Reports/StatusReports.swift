// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Configuration
import ControlProtocol
import Dispatch
import GatewayCore
import Messaging
import Platform

/// What clients ask of the running daemon. To be called within a turn, on the dispatcher's queue.
struct StatusReports: Sendable {
    let telephone: Telephone
    let messenger: Messenger
    let tallies: TrunkTallies
    let clock: SteadyClock
    let configuration: Locked<GatewayConfiguration>

    @TurnActor func daemon(_ dispatcher: Dispatcher, now: Timestamp) -> DaemonStatus {
        DaemonStatus(
            dispatcher, telephone.statistics(), age: clock.age(),
            closeWithin: configuration.snapshot.gate.closeWithin, now: now)
    }

    @TurnActor func trunks(_ dispatcher: Dispatcher, now: Timestamp) -> [TrunkStatus] {
        let engine = dispatcher.engine
        let known = engine.trunks.trunks.filter { !$0.isRetired }
        return known.inOrder(of: engine.configuration.trunks.map(\.limits.name), \.name).map {
            TrunkStatus(
                $0, counters: tallies.counters(of: $0.name), contactWarning: telephone.contactWarnings[$0.name],
                now: now, civil: engine.civil)
        }
    }

    @TurnActor func smscs(_ dispatcher: Dispatcher, now: Timestamp) -> [SMSCStatus] {
        let links = Dictionary(messenger.status().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let uptime = Int64(DispatchTime.now().uptimeNanoseconds / 1000)
        let engine = dispatcher.engine
        let known = engine.smscs.enumerated().filter { !$0.element.isRetired }
        return known.inOrder(of: engine.configuration.messaging.smscs.map(\.name), \.element.name).map { index, smsc in
            SMSCStatus(
                smsc, outstanding: dispatcher.engine.openMessages(of: index), binds: links,
                clock: { now - .microseconds(uptime - $0) }, now: now, civil: dispatcher.engine.civil)
        }
    }
}

extension Array {
    /// As the configuration has them, whatever order they came in.
    func inOrder(of names: [String], _ name: KeyPath<Element, String>) -> [Element] {
        let places = Dictionary(zip(names, 0...), uniquingKeysWith: { first, _ in first })
        func place(_ element: Element) -> Int { places[element[keyPath: name]] ?? names.count }
        return sorted { place($0) < place($1) }
    }
}
