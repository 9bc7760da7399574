# tap.awk - judges the TAP output of one test file.  Set: rc (exit status), file,
# limit and took (seconds), sum (where "passed failed skipped" is written).
# Prints a line for the file, and what failed in full.

/^ok / && / # SKIP/	{ skipped++; ran++; in_failure = 0
			  skips = skips "    " $0 "\n"; next }
/^ok /			{ passed++; ran++; in_failure = 0; next }
/^not ok / && / # TODO/	{ skipped++; ran++; in_failure = 0; next }
/^not ok /		{ failed++; ran++; in_failure = 1
			  failures = failures "    " $0 "\n"; next }
/^1\.\.0 # SKIP/	{ plan = 0; planned = 1; skipped++
			  skips = skips "    " substr($0, 6) "\n"; next }
/^1\.\.[0-9]+/		{ plan = substr($0, 4) + 0; planned = 1; in_failure = 0
			  next }
in_failure		{ failures = failures "    " $0 "\n" }

END {
	why = ""
	if (rc == 124)
		why = "took more than " limit " seconds"
	else if (!planned)
		why = "ended without a plan, exit status " rc
	else if (plan != ran && plan != 0)
		why = "ran " ran " of " plan " tests"
	else if (rc != 0 && !failed)
		why = "exit status " rc " although nothing failed"
	if (why != "") {
		failed++
		failures = failures "    not ok - " file " " why "\n"
	}
	printf "%-36s %3d ok", file, passed
	if (failed)
		printf ", %d FAILED", failed
	if (skipped)
		printf ", %d skipped", skipped
	if (took >= 5)
		printf " (%d s)", took
	printf "\n%s%s", failures, skips
	printf "%d %d %d\n", passed, failed, skipped >sum
}
