// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

@testable import Simulator

/// What seed 1 deals out, written down once.
enum GoldenValues {
    /// Of +31610000000, +31610000007, +31610000014, ...
    static let behaviours: [Behaviour] = [
        .answer, .answer, .voicemail, .voicemail, .busy, .answer, .hangUpEarly, .later,
    ]

    /// Of the first call to +31612345678.
    static let script = CallScript(
        beforeAnswer: [
            .init(after: .microseconds(314_429), .respond(Response(180))),
            .init(after: .microseconds(11_754_957), .answer),
        ],
        afterAnswer: [
            .init(after: .milliseconds(300), .play(.hello)),
            .init(after: .seconds(300), .hangUp),
        ])
}
