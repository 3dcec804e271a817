// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// What is assumed of calls and SMS before any were made. docs/planning.md has the table.
package struct AnswerDefaults: Sendable {
    /// Shares of results, which add up to 1; what is not there is as the first call.
    package var shares: [CallCondition: [CallResult: Double]]
    /// Quantiles of the time from INVITE to answer, milliseconds, sorted.
    package var ringing: [Int]
    /// From INVITE to a refusal, milliseconds.
    package var refusing: Int
    /// Of those who leave early, from the answer; milliseconds, sorted.
    package var staying: [Int]
    /// Share of those who heard it all and pressed a key.
    package var pressing: Double
    /// What such a call lasts longer where a key repeats the message; milliseconds, sorted.
    package var repeating: [Int]
    /// Share of SMS that arrive.
    package var arriving: Double
    /// From the beginning of an SMS to its receipt; milliseconds, sorted.
    package var receiving: [Int]

    package init(
        shares: [CallCondition: [CallResult: Double]], ringing: [Int], refusing: Int = 200, staying: [Int] = [],
        pressing: Double = 0, repeating: [Int] = [], arriving: Double = 1, receiving: [Int] = []
    ) {
        self.shares = shares
        self.ringing = ringing
        self.refusing = refusing
        self.staying = staying
        self.pressing = pressing
        self.repeating = repeating
        self.arriving = arriving
        self.receiving = receiving
    }

    /// An evening in a Dutch town.
    package static let standard = AnswerDefaults(
        shares: [
            .first: [
                .heard: 0.69, .left: 0.04, .failed(.noAnswer): 0.15, .failed(.busy): 0.05,
                .failed(.unavailable): 0.03, .failed(.rejected): 0.02, .failed(.invalidNumber): 0.01,
                .failed(.congestion): 0.01,
            ],
            CallCondition(last: .busy): again(.busy, 0.3),
            CallCondition(last: .busy, isRepeated: true): again(.busy, 0.8),
            CallCondition(last: .noAnswer): again(.noAnswer, 0.7),
            CallCondition(last: .noAnswer, isRepeated: true): again(.noAnswer, 0.8),
            CallCondition(last: .unavailable): again(.unavailable, 0.7),
            CallCondition(last: .unavailable, isRepeated: true): again(.unavailable, 0.9),
            CallCondition(last: .congestion): again(.congestion, 0.2),
            CallCondition(last: .congestion, isRepeated: true): again(.congestion, 0.2),
        ],
        ringing: [2500, 4000, 5500, 7000, 8500, 10_000, 11_500, 13_000, 15_000, 21_000],
        staying: [1000, 2000, 4000, 6000, 8000], pressing: 0.1,
        repeating: [3000, 7000, 12_000, 16_000, 20_000], arriving: 0.95, receiving: [1000, 2000, 3000, 5000, 10_000])

    /// The same failure again, or an answer.
    private static func again(_ failure: FailureClass, _ share: Double) -> [CallResult: Double] {
        [.failed(failure): share, .heard: 0.94 * (1 - share), .left: 0.06 * (1 - share)]
    }

    /// In the order of ``CallResult/all``.
    func row(_ condition: CallCondition) -> [Double] {
        var row = Array(repeating: 0.0, count: CallResult.all.count)
        for (result, share) in shares[condition] ?? shares[.first] ?? [:] { row[result.index] = share }
        return row
    }
}
