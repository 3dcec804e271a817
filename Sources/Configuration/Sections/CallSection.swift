// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[Call]`: each single call.
    package struct Call: Equatable, Sendable {
        /// Not answered for this long after the INVITE left: CANCEL.
        package var ringTimeout = Interval.seconds(30)
        /// Nothing at all came back for this long, not even a 100.
        package var noResponseTimeout = Interval.seconds(5)
        /// BYE this long after the answer.
        package var maximumDuration = Interval.minutes(5)
        /// BYE when the far end holds the call for this long (RFC 3264 8.4).
        package var holdTimeout = Interval.seconds(30)
        /// How long keys are awaited after the message.
        package var listenAfterPrompt = Interval.seconds(4)
        /// How often a citizen can ask to hear the message again.
        package var maximumRepeats = 3
        /// Number shown when neither action nor trunk names one; E.164, "" when not set.
        package var callerNumber = ""
        /// Display name; "" when not set.
        package var callerName = ""
        /// Offered, at least one.
        package var codecs: [Codec] = [.pcma, .pcmu]

        package init() {}
    }
}

extension ConfigurationSchema {
    static var call: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Call",
            keys: [
                .value("RingTimeout", \.call.ringTimeout, .duration(.milliseconds(100) ... .minutes(10))),
                .value("NoResponseTimeout", \.call.noResponseTimeout, .duration(.milliseconds(100) ... .seconds(32))),
                .value("MaximumDuration", \.call.maximumDuration, .duration(.seconds(1) ... .minutes(60))),
                .value("HoldTimeout", \.call.holdTimeout, .duration(.seconds(1) ... .minutes(60))),
                .value("ListenAfterMessage", \.call.listenAfterPrompt, .duration(.zero ... .seconds(60))),
                .value("MaximumRepeats", \.call.maximumRepeats, .integer(0...100)),
                .value("CallerNumber", \.call.callerNumber, .text(maximum: 32)),
                .value("CallerName", \.call.callerName, .text(maximum: 64)),
                .list("Codecs", \.call.codecs, .codec),
            ])
    }
}
