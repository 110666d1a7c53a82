# SPDX-License-Identifier: MIT
# Completion of psim's command line for bash. What there is to complete, the program is asked: commands and
# options stand in its --help, scenarios and their settings in psim list; so nothing is said twice.

# The commands, from "  NAME  what it does" under "commands:"
_psim_commands()
{
	"$1" --help 2>/dev/null | awk '/^commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }'
}

# The options of a command: what its help's lines begin with
_psim_options()
{
	"$1" "$2" --help 2>/dev/null | awk '/^ +-/ { sub(/^ +/, ""); sub(/   .*/, ""); print }' |
		grep -oE -e '--[a-z][a-z-]*' | sort -u
}

# Does the option take a file's name?
_psim_takes_file()
{
	"$1" "$2" --help 2>/dev/null | grep -qE -e "^ +$3 (FILE|DIR)\b"
}

_psim_settings() # PSIM SCENARIO
{
	"$1" list "$2" 2>/dev/null | sed -nE 's/^ +([a-z_]+)=[0-9]+: .*/\1=/p'
}

# The first word behind the command that is no option
_psim_scenario()
{
	local word names i
	names=$("$1" list --names --broken 2>/dev/null)
	for ((i = 2; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if grep -qxF -e "$word" <<<"$names"; then
			echo "$word"
			return
		fi
	done
}

_psim_values() # OPTION
{
	case $1 in
	--scheduler) echo run-until-block random ;;
	--engine) echo deterministic free ;;
	--points) echo all coarse locks ;;
	esac
}

_psim()
{
	local psim=${COMP_WORDS[0]} command=${COMP_WORDS[1]} cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]} words= scenario

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words="$(_psim_commands "$psim") help --help --version"
	elif [[ $command == help ]]; then
		words=$(_psim_commands "$psim")
	elif [[ $prev == --* && -n $(_psim_values "$prev") ]]; then
		words=$(_psim_values "$prev")
	elif [[ $prev == --* ]] && _psim_takes_file "$psim" "$command" "$prev"; then
		COMPREPLY=($(compgen -f -- "$cur"))
		return
	elif [[ $cur == -* ]]; then
		words="$(_psim_options "$psim" "$command") --help"
	else
		case $command in
		run | explore | sweep | explain)
			scenario=$(_psim_scenario "$psim")
			if [[ $scenario ]]; then
				words=$(_psim_settings "$psim" "$scenario")
			else
				words=$("$psim" list --names --broken 2>/dev/null)
			fi ;;
		list) words=$("$psim" list --names --broken 2>/dev/null) ;;
		new) words="driver scenario policy" ;;
		lab)
			if ((COMP_CWORD == 2)); then
				words="run report merge convert list"
			else
				COMPREPLY=($(compgen -f -- "$cur"))
				return
			fi ;;
		replay) ;;
		*)
			COMPREPLY=($(compgen -f -- "$cur"))
			return ;;
		esac
	fi
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
	if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
	return 0
}

complete -o filenames -o bashdefault -F _psim psim
