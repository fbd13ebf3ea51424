package dev.whence.infra.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Where a process listens for TCP connections, as Linux tells it. */
final class ListeningSockets {
    private static final String LISTEN = "0A";
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000");

    private ListeningSockets() {}

    static boolean canBeTold() {
        return Files.isReadable(Path.of("/proc/self/net/tcp"));
    }

    /** Those of this process. */
    static List<String> beyondLoopback() throws IOException {
        return beyondLoopback(ProcessHandle.current().pid());
    }

    /** Addresses that others than this machine can reach, in the kernel's hexadecimal form with the port. */
    static List<String> beyondLoopback(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Set<String> own = sockets(process);
        List<String> open = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            for (String line : Files.readAllLines(process.resolve(table))) {
                String[] field = line.trim().split("\\s+", -1);
                if (field.length > 9 && field[3].equals(LISTEN) && own.contains("socket:[" + field[9] + "]")) {
                    String address = field[1];
                    if (!LOOPBACK.contains(address.substring(0, address.indexOf(':')))) {
                        open.add(address);
                    }
                }
            }
        }
        return open;
    }

    private static Set<String> sockets(Path process) throws IOException {
        Set<String> sockets = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            for (Path descriptor : descriptors.filter(Files::isSymbolicLink).toList()) {
                target(descriptor).ifPresent(sockets::add);
            }
        }
        return sockets;
    }

    /** Empty where the descriptor was closed since it was listed. */
    private static Optional<String> target(Path descriptor) {
        try {
            return Optional.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
