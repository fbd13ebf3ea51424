package dev.whence.infra;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The command line, run in the test's own process. */
public final class InProcess {
    private InProcess() {}

    /**
     * Runs a command; what it printed replaces what was there.
     *
     * @return its exit code
     */
    public static int whence(StringWriter out, StringWriter err, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Whence.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
