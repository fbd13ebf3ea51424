package dev.whence.attributor.wrong;

import java.util.Optional;

public final class ReadsTheEnvironment {
    private ReadsTheEnvironment() {}

    public static Optional<String> home() {
        return Optional.ofNullable(System.getenv("HOME"));
    }
}
