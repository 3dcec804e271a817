// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Glibc

/// The whole of a small file; "-" is standard input.
func readFile(_ path: String, maximum: Int = 1024 * 1024) throws -> [UInt8] {
    let descriptor = try openInput(path)
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var content: [UInt8] = []
    while true {
        let piece = try readBytes(descriptor, maximum: 64 * 1024) { .input("cannot read \(path): \($0)") }
        if piece.isEmpty { return content }
        content += piece
        guard content.count <= maximum else { throw Failure.input("\(path) is longer than \(maximum) bytes") }
    }
}

func openInput(_ path: String) throws -> Int32 {
    if path == "-" { return STDIN_FILENO }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.input("cannot read \(path): \(systemMessage())") }
    return descriptor
}

func readAction(_ path: String) throws -> ActionDocument {
    let content = try readFile(path)
    do throws(ProtocolError) {
        return try ActionDocument.decode(content)
    } catch {
        throw Failure.input("\(path == "-" ? "standard input" : path): \(error.message)")
    }
}
