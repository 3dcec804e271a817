// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP

typealias CString = UnsafePointer<CChar>

/// Lends C strings for the time of the call; `nil` stays NULL.
func withStrings<Result>(
    _ first: String?, _ second: String?, _ third: String?, _ fourth: String?,
    _ body: (CString?, CString?, CString?, CString?) -> Result
) -> Result {
    withString(first) { first in
        withString(second) { second in
            withString(third) { third in
                withString(fourth) { fourth in body(first, second, third, fourth) }
            }
        }
    }
}

func withString<Result>(_ text: String?, _ body: (CString?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

/// A NUL-terminated string of CPJSIP; what is not UTF-8 in it is replaced.
func string(_ pointer: CString?) -> String {
    guard let pointer else { return "" }
    return String(cString: pointer)
}

func string(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

extension VoiceConfiguration {
    func withC<Result>(_ body: (UnsafePointer<cpjsip_config>) -> Result) -> Result {
        withStrings(userAgent, bindIPv4, bindIPv6, nil) { userAgent, bindIPv4, bindIPv6, _ in
            withStrings(publicIPv4, publicIPv6, nil, nil) { publicIPv4, publicIPv6, _, _ in
                var raw = cpjsip_config()
                raw.user_agent = userAgent
                raw.udp_bind_v4 = bindIPv4
                raw.udp_bind_v6 = bindIPv6
                raw.udp_port = udpPort
                raw.tcp_port = tcpPort ?? 0
                raw.tcp_enabled = tcpPort != nil
                raw.public_address_v4 = publicIPv4
                raw.public_address_v6 = publicIPv6
                raw.rtp_port_first = rtpPorts.lowerBound
                raw.rtp_port_last = rtpPorts.upperBound
                raw.rtp_socket_pairs = UInt32(clamping: socketPairs ?? 0)
                raw.rtp_dscp = rtpDSCP
                raw.sip_dscp = sipDSCP
                raw.rtp_realtime_priority = Int32(clamping: rtpRealtimePriority)
                raw.sip_cpu = Int32(clamping: sipCPU ?? -1)
                raw.rtp_cpu = Int32(clamping: rtpCPU ?? -1)
                raw.log_level = Int32(clamping: logLevel)
                raw.log = VoiceLog.write
                return body(&raw)
            }
        }
    }
}
