# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion of burgernetctl: it knows itself what may follow, the names of actions and trunks included.
_burgernetctl() {
    local cur words cword answer
    _get_comp_words_by_ref -n '=:' cur words cword || return
    mapfile -t answer < <("${words[0]}" --complete -- "${words[@]:1:cword}" 2>/dev/null)
    case ${answer[0]-} in
    :files) _filedir ;;
    :directories) _filedir -d ;;
    *)
        # What stands behind a tab is for shells that show it.
        COMPREPLY=("${answer[@]%%$'\t'*}")
        __ltrim_colon_completions "$cur"
        ;;
    esac
} && complete -F _burgernetctl burgernetctl
