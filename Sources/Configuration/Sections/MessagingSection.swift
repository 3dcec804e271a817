// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

extension GatewayConfiguration {
    /// `[Messaging]`: what holds for all SMS.
    package struct ShortMessages: Equatable, Sendable {
        /// How long a delivery receipt is awaited.
        package var receiptTimeout = Interval.minutes(60)
        /// How long an SMS in doubt is held when it is not sent again.
        package var doubtHold = Interval.minutes(10)
        /// Waits before an SMS that failed for the time being is tried again.
        package var retry: [Interval] = [.seconds(10), .seconds(60), .minutes(5)]
        /// A citizen who writes one of them gets no SMS any more.
        package var optOutWords = OptOutWords.standardWords

        package init() {}
    }
}

extension ConfigurationSchema {
    static var messaging: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Messaging",
            keys: [
                .value("ReceiptTimeout", \.messaging.receiptTimeout, .duration(.seconds(1) ... .minutes(10_080))),
                .value("DoubtHold", \.messaging.doubtHold, .duration(.seconds(1) ... .minutes(1440))),
                .list("Retry", \.messaging.retry, .duration(.seconds(1) ... .minutes(1440))),
                .list("OptOutWords", \.messaging.optOutWords, .phrase(maximum: 64), addsToDefault: true),
            ])
    }
}
