// SPDX-License-Identifier: GPL-3.0-or-later

/// What an action waits for.
package enum ForecastLimit: String, Vocabulary, Codable {
    /// The calls per second of its trunks' contracts, or what they take now.
    case callsPerSecond = "calls-per-second"
    /// Trunks that begin take time to their full pace.
    case rampUp = "ramp-up"
    /// Simultaneous calls of its trunks.
    case channels = "channels"
    /// Calls per second or simultaneous calls of a prefix.
    case prefix = "prefix"
    /// Single calls to numbers that its trunks are believed to refuse.
    case route = "route"
    /// What its SMSCs take.
    case messagesPerSecond = "messages-per-second"
    /// Money that calls under way hold in reserve.
    case budget = "budget"
    /// The time to another try of those who were not reached.
    case retryDelays = "retry-delays"
    /// Calls and SMS under way, and nobody else waits.
    case underWay = "under-way"
    /// Nothing that could carry a call, or an SMS, is up.
    case noWayOut = "no-way-out"
}
