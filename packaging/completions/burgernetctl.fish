# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion of burgernetctl: it knows itself what may follow, the names of actions and trunks included.
function __burgernetctl_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -l answer ($words[1] --complete -- $words[2..-1] 2>/dev/null)
    switch "$answer[1]"
        case :files
            __fish_complete_path (commandline -ct)
        case :directories
            __fish_complete_directories (commandline -ct)
        case '*'
            string join \n -- $answer
    end
end
complete -c burgernetctl -f -a '(__burgernetctl_candidates)'
