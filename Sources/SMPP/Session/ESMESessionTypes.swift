// SPDX-License-Identifier: GPL-3.0-or-later

extension ESMESession {
    /// What a session is to do. All times are microseconds.
    package struct Configuration: Hashable, Sendable {
        /// What the session binds for.
        package var mode: BindMode
        /// The bind's fields.
        package var bind: Bind
        /// Requests that may be unanswered at a time, at least 1.
        package var window = 100
        /// How long a request waits for its response at least; see ``ResponseTime``.
        package var responseTimeout: Int64 = 10_000_000
        /// Silence of the far end after which an enquire_link is sent (SMPP 3.4 section 7.2: enquire_link_timer).
        package var enquireAfter: Int64 = 2_000_000
        /// Silence after an enquire_link that ends the session.
        package var enquireTimeout: Int64 = 2_500_000
        /// Time without any message after which the session unbinds (section 7.2: inactivity_timer); nil: never.
        package var inactivity: Int64?
        /// How long a bind waits for its response, and an accepted connection for its outbind (section 7.2:
        /// session_init_timer).
        package var bindTimeout: Int64 = 5_000_000
        /// How long an unbind waits for the window to empty.
        package var unbindTimeout: Int64 = 5_000_000
        /// How long unbind_resp is waited for after that.
        package var unbindResponseTimeout: Int64 = 2_000_000
        /// Messages of the far end that may wait for `acknowledge` before nothing more is read.
        package var incomingLimit = 1000
        /// Timed out requests that are remembered for a late response.
        package var lateLimit = 4096
        /// True for an accepted connection: the bind waits for the far end's outbind (section 2.2.1).
        package var awaitsOutbind = false

        package init(mode: BindMode, bind: Bind) {
            self.mode = mode
            self.bind = bind
        }
    }

    /// Where a session stands (SMPP 3.4 section 2.2).
    package enum State: Hashable, Sendable {
        /// Not connected yet. To `open` or `binding` by `connected`.
        case idle
        /// Connected without a bind: waits for an outbind or for `bind`. To `binding`.
        case open
        /// The bind is sent. To `bound`, or `closed` when it is refused.
        case binding
        /// Messages go. To `draining` by `unbind`, or `closed`.
        case bound(BindMode)
        /// No new request is sent; waits for the window to empty. To `unbinding`, or to `closed` when the far end has asked
        /// for it.
        case draining(BindMode)
        /// unbind is sent. To `closed`.
        case unbinding
        /// Over; nothing follows.
        case closed
    }

    /// Why a session is over.
    package enum EndReason: Equatable, Sendable {
        /// The bind was refused with this status.
        case refused(CommandStatus)
        /// No response to the bind for so many microseconds.
        case bindUnanswered(Int64)
        /// No outbind and no `bind` for so many microseconds.
        case noOutbind(Int64)
        /// Silence after an enquire_link for so many microseconds.
        case linkDead(Int64)
        /// The far end sent unbind.
        case unboundByPeer
        /// `unbind` was asked for and is done.
        case unbound
        /// No message for so many microseconds: unbound.
        case inactive(Int64)
        /// The far end's octets are no SMPP.
        case unreadable(PDUSplitter.Fault)
        /// The far end does not read our answers and asks for more.
        case flooded
        /// The connection is gone; the text says why.
        case disconnected(String)
    }

    /// What happened, in order.
    package enum Event: Equatable, Sendable {
        /// Bound. The version is the SMSC's sc_interface_version, nil when it tells none, which means 3.3 or older.
        case bound(systemID: String, version: UInt8?)
        /// The response to a request. A query_sm_resp's message_state comes as the parameter of that name; its
        /// final_date and error_code are left out.
        case response(token: UInt64, status: CommandStatus, messageID: String, parameters: [OptionalParameter])
        /// A response that cannot be read: whether the request was accepted is not known.
        case malformedResponse(token: UInt64, problem: String)
        /// No response in time (``ResponseTime``).
        case timedOut(token: UInt64)
        /// The response to a request that had timed out.
        case lateResponse(token: UInt64, status: CommandStatus, messageID: String)
        /// deliver_sm or data_sm; answered by `acknowledge`.
        case incoming(ticket: UInt64, fields: MessageFields, isDataSM: Bool)
        /// alert_notification, which has no response (section 4.12).
        case alert(AlertNotification)
        /// The far end asks for a bind (section 4.1.7); `bind` answers it, if system_id and password are right.
        case outbind(Outbind)
        /// The far end did what it should not; the session goes on. One line for a log.
        case fault(String)
        /// One side has asked for the end: responses still come, requests are not taken any more.
        case leaving
        /// The session is over: send what `writeOutput` still gives, then close.
        ///
        /// `inDoubt`: requests that were sent and have no response; those that timed out are not repeated here.
        /// `unsent`: requests of which no octet was sent.
        case ended(EndReason, inDoubt: [UInt64], unsent: [UInt64])
    }

    /// What became of a request.
    package enum Submission: Hashable, Sendable {
        /// It stands in the output.
        case sent
        /// It waits for a place in the window.
        case waiting
        /// It was not taken, and its token will not be heard of again.
        case refused(Refusal)
    }

    /// Why a request was not taken.
    package enum Refusal: Hashable, Sendable, CustomStringConvertible {
        /// There is no session that could take any.
        case notBound
        /// The session was bound as a receiver.
        case receiverOnly
        /// The request cannot be written, or is none that may be submitted; the text says what is wrong with it.
        case unwritable(String)

        package var description: String {
            switch self {
            case .notBound: "not bound"
            case .receiverOnly: "bound as receiver"
            case .unwritable(let problem): problem
            }
        }
    }

    /// Counts since the start.
    package struct Counters: Hashable, Sendable {
        /// Requests sent, without those of the session itself.
        package var submits = 0
        /// Responses to them, errors included.
        package var responses = 0
        /// Responses with a status other than 0.
        package var errors = 0
        /// Of these ESME_RTHROTTLED and ESME_RMSGQFUL.
        package var throttled = 0
        /// Requests without a response in time.
        package var timedOut = 0
        /// Responses that came after that.
        package var late = 0
        /// Responses to nothing that was asked.
        package var unknownResponses = 0
        /// deliver_sm and data_sm taken.
        package var incoming = 0
        /// deliver_sm and data_sm answered with an error by the session itself.
        package var incomingRefused = 0
        /// PDUs that cannot be read.
        package var malformed = 0

        package init() {}
    }
}

extension ESMESession.EndReason: CustomStringConvertible {
    /// One line for a log.
    package var description: String {
        switch self {
        case .refused(let status): "bind refused: \(status)"
        case .bindUnanswered(let time): "no answer to the bind for \(seconds(time))"
        case .noOutbind(let time): "no outbind for \(seconds(time))"
        case .linkDead(let time): "no answer to enquire_link for \(seconds(time))"
        case .unboundByPeer: "unbound by the SMSC"
        case .unbound: "unbound"
        case .inactive(let time): "unbound after \(seconds(time)) without a message"
        case .unreadable(let fault): "\(fault)"
        case .flooded: "the SMSC does not read the answers to what it asks"
        case .disconnected(let text): text
        }
    }
}

/// Microseconds as text, for example `2.5 s`.
private func seconds(_ time: Int64) -> String {
    time % 1_000_000 == 0 ? "\(time / 1_000_000) s" : "\(Double(time) / 1_000_000) s"
}
