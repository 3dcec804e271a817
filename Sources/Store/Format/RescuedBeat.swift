// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A sign of life beside the journal, while that cannot be written: calls that were under way had not ended before.
/// Engine time, microseconds.
struct RescuedBeat: Journalled, Codable, Equatable {
    var alive: Int64

    private enum CodingKeys: String, CodingKey {
        case alive = "alive"
    }
}
