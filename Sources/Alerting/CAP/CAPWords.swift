// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

// The closed lists of CAP-v1.2, section 3.2, as they stand in alerts.

/// Whether an alert is meant: `alert.status`.
package enum CAPStatus: String, Vocabulary {
    /// For all to act on.
    case actual = "Actual"
    /// For those who take part in an exercise.
    case exercise = "Exercise"
    /// For the alerting network itself.
    case system = "System"
    case test = "Test"
    case draft = "Draft"
}

/// What an alert is to earlier ones: `alert.msgType`.
package enum CAPMessageType: String, Vocabulary {
    case alert = "Alert"
    case update = "Update"
    case cancel = "Cancel"
    case acknowledgement = "Ack"
    case error = "Error"
}

/// Who may have an alert: `alert.scope`.
package enum CAPScope: String, Vocabulary {
    case everybody = "Public"
    case restricted = "Restricted"
    case `private` = "Private"
}

package enum CAPCategory: String, Vocabulary {
    case geo = "Geo"
    case met = "Met"
    case safety = "Safety"
    case security = "Security"
    case rescue = "Rescue"
    case fire = "Fire"
    case health = "Health"
    case environment = "Env"
    case transport = "Transport"
    case infrastructure = "Infra"
    case weapons = "CBRNE"
    case other = "Other"
}

package enum CAPResponse: String, Vocabulary {
    case shelter = "Shelter"
    case evacuate = "Evacuate"
    case prepare = "Prepare"
    case execute = "Execute"
    case avoid = "Avoid"
    case monitor = "Monitor"
    case assess = "Assess"
    case allClear = "AllClear"
    case none = "None"
}

package enum CAPUrgency: String, Vocabulary {
    case immediate = "Immediate"
    /// Within the next hour.
    case expected = "Expected"
    case future = "Future"
    case past = "Past"
    case unknown = "Unknown"
}

package enum CAPSeverity: String, Vocabulary {
    case extreme = "Extreme"
    case severe = "Severe"
    case moderate = "Moderate"
    case minor = "Minor"
    case unknown = "Unknown"
}

package enum CAPCertainty: String, Vocabulary {
    case observed = "Observed"
    /// More than 50 %.
    case likely = "Likely"
    case possible = "Possible"
    case unlikely = "Unlikely"
    case unknown = "Unknown"
}
