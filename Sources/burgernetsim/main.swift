// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Rehearsal
import Simulator

let arguments = Array(CommandLine.arguments.dropFirst())
exit(arguments.first == "reach" ? ReachProgram.run(Array(arguments.dropFirst())) : SimulatorProgram.run(arguments))
