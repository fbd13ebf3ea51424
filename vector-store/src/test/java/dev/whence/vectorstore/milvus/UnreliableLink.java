package dev.whence.vectorstore.milvus;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A loopback address in front of a server's, which breaks when it is told to. */
final class UnreliableLink implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final int port;
    private volatile boolean silent;
    private volatile boolean heals;

    UnreliableLink(String uri) throws IOException {
        this.port = URI.create(uri).getPort();
        run(this::accept);
    }

    String uri() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** Cuts all connections once so many bytes more went to the server, in the middle of a message. */
    void cutAfter(long bytes, boolean healsAtOnce) {
        heals = healsAtOnce;
        bytesLeft.set(bytes);
    }

    void heal() {
        bytesLeft.set(Long.MAX_VALUE);
    }

    /** From now on nothing is passed on, and nobody is told. */
    void fallSilent() {
        silent = true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private void cut() {
        open.forEach(UnreliableLink::closeQuietly);
        open.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket outer = listener.accept();
                open.add(outer);
                if (!silent && bytesLeft.get() > 0) {
                    Socket inner = new Socket(InetAddress.getLoopbackAddress(), port);
                    open.add(inner);
                    run(() -> pass(outer, inner, true));
                    run(() -> pass(inner, outer, false));
                } else if (!silent) {
                    closeQuietly(outer);
                }
            }
        } catch (IOException e) {
            cut();
        }
    }

    private void pass(Socket from, Socket to, boolean counted) {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (silent) {
                    continue;
                }
                if (counted && bytesLeft.addAndGet(-read) <= 0) {
                    if (heals) {
                        heal();
                    }
                    cut();
                    return;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // the connection has ended, which is what this class is for
        } finally {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed
        }
    }

    private static void run(Runnable task) {
        Thread thread = new Thread(task, "unreliable-link");
        thread.setDaemon(true);
        thread.start();
    }
}
