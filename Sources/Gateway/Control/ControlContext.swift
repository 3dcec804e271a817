// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import ControlProtocol
import Dispatch
import GatewayCore
import Platform
import Store

/// What the handlers of requests need of the daemon. Made once; any thread.
final class ControlContext: Sendable {
    let dispatcher: Dispatcher
    let store: Store
    let renderer: any PromptSource
    let prompts: PromptLibrary
    let purger: NumberPurger
    let configuration: Locked<GatewayConfiguration>
    let reload: Reload
    let status: @TurnActor @Sendable (Dispatcher, Timestamp) -> DaemonStatus
    let trunks: @TurnActor @Sendable (Dispatcher, Timestamp) -> [TrunkStatus]
    let smscs: @TurnActor @Sendable (Dispatcher, Timestamp) -> [SMSCStatus]
    let log: Log
    /// Corrections and closing messages that are being made.
    let followUps = FollowUpsUnderWay<FollowUp>()
    /// Numbers of the register by reference, ``PhoneNumber/digits``: submissions look there while they come in. Published
    /// whenever the register has changed.
    let references = Locked<[String: UInt64]>([:])

    init(
        dispatcher: Dispatcher, store: Store, renderer: any PromptSource, prompts: PromptLibrary,
        purger: NumberPurger,
        configuration: Locked<GatewayConfiguration>, reload: Reload,
        status: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> DaemonStatus,
        trunks: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> [TrunkStatus],
        smscs: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> [SMSCStatus], log: Log
    ) {
        self.dispatcher = dispatcher
        self.store = store
        self.renderer = renderer
        self.prompts = prompts
        self.purger = purger
        self.configuration = configuration
        self.reload = reload
        self.status = status
        self.trunks = trunks
        self.smscs = smscs
        self.log = log
    }
}
