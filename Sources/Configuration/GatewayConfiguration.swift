// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import Wording

/// Everything that burgernetd.conf and its drop-ins say, checked, with defaults filled in.
///
/// docs/configuration.md describes each key. ``ConfigurationLoader`` makes it from files; tests start
/// from `GatewayConfiguration()`, which is the defaults with no trunk.
package struct GatewayConfiguration: Equatable, Sendable {
    /// `[Gateway]`
    package var general = General()
    /// `[SIP]`
    package var sip = SIP()
    /// `[RTP]`
    package var rtp = RTP()
    /// `[Call]`
    package var call = Call()
    /// `[Numbers]`
    package var numbers = NumberingPlan()
    /// `[Speech]` and `[Language ...]`
    package var speech = Speech()
    /// `[Gate]`: what may stand in texts.
    package var textRules = GateRules()
    /// `[Retry]`; its `timeScale` is `[Gateway] TimeScale=`.
    package var retry = RetryPolicy()
    /// `[Retry] AuthenticationRetry=`: longest time between two tries of a trunk that refuses our credentials.
    package var authenticationRetry = Interval.seconds(15)
    /// `[Trunk ...]`, in the order in which the files name them first.
    package var trunks: [Trunk] = []
    /// `[Prefix ...]`, in the order in which the files name them first.
    package var prefixes: [PrefixLimits] = []
    /// `[Messaging]`
    package var messaging = ShortMessages()
    /// `[SMSC ...]`, in the order in which the files name them first.
    package var smscs: [SMSC] = []
    /// `[Population ...]`, in the order in which the files name them first.
    package var populations: [Population] = []
    /// `[Account ...]`, in the order in which the files name them first.
    package var accounts: [Account] = []
    /// `[Billing]`
    package var billing = BillingRules()
    /// What the files in `[Billing] TariffDirectory=` say.
    package var tariffs: [Tariff] = []
    /// `[Statement]`
    package var statement = StatementHeading()
    package var privacy = Privacy()
    /// `[Gate]`
    package var gate = Gate()

    package init() {}

    package func trunk(named name: String) -> Trunk? { trunks.first { $0.name == name } }
    package func smsc(named name: String) -> SMSC? { smscs.first { $0.name == name } }
}
