// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// Says why on standard error; returns the exit status.
func report(_ failure: Failure, _ output: Output) -> Int32 {
    func complain(_ text: String) {
        let lines = text.split(separator: "\n").map { printable(String($0)) }
        output.note("burgernetctl: \(lines.joined(separator: "\n"))")
    }
    switch failure {
    case .refused(let text), .tryAgain(let text), .output(let text): if let text { complain(text) }
    case .input(let text), .unreachable(let text), .nothingToDo(let text): complain(text)
    case .usage(let text, let command):
        complain(text)
        output.note("Try \"burgernetctl \(command.map { "\($0.name) " } ?? "")--help\".")
    }
    return failure.status
}

func run(_ arguments: [String]) -> Int32 {
    // A reader that goes away is an error of write(2), not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let output = Output()
    let commands = allCommands()
    do {
        switch arguments.first {
        case "--describe" where arguments.count == 1: try output.write(CommandDescription(commands).encoded())
        case "--complete": try ShellCompletion.answer(Array(arguments.dropFirst()), commands, output)
        default: try runCommand(arguments, commands, output)
        }
        try output.flush()
        return 0
    } catch let failure as Failure {
        try? output.flush()
        return report(failure, output)
    } catch {
        output.note("burgernetctl: \(error)")
        return 1
    }
}

private func runCommand(_ arguments: [String], _ commands: [Command], _ output: Output) throws {
    switch try ArgumentParser(commands: commands, output: output).parse(arguments) {
    case .version: try output.line("burgernetctl \(softwareVersion)")
    case .help(nil): try output.write(Help.overview(commands).utf8)
    case .help(let command?): try output.write(Help.text(of: command).utf8)
    case .run(let invocation): try invocation.command.run(invocation)
    }
}

exit(run(Array(CommandLine.arguments.dropFirst())))
