package dev.whence.infra.stack;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for processes that come back under the same address: below those that the kernel gives to whoever asks for any,
 * which may take one while its process is gone.
 */
final class FreePort {
    private static final int FIRST = 10_000;
    private static final int BEHIND_LAST = 32_768;

    private FreePort() {}

    static int any() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, BEHIND_LAST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // Somebody has it.
            }
        }
    }
}
