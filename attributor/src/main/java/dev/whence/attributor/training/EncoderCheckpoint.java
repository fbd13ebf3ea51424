package dev.whence.attributor.training;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the training of an encoder stood after an epoch: one file, replaced in one step, so that it is whole whenever
 * the training is killed.
 *
 * @param key of settings and images; a training goes on with no others
 * @param epoch the last that is over; 0 before the first
 * @param measured what was measured before the first epoch
 */
record EncoderCheckpoint(
        String key, int epoch, Map<String, Double> measured, Map<String, Descent.ParameterState> state) {
    private static final String FILE = "checkpoint.bin";
    private static final int FORMAT = 1;

    static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    static void delete(Path folder) {
        try {
            Files.delete(folder.resolve(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException("The checkpoint in %s could not be deleted".formatted(folder), e);
        }
    }

    /** @throws IllegalArgumentException when it cannot be read */
    static EncoderCheckpoint read(Path folder) {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(folder.resolve(FILE))))) {
            if (in.readInt() != FORMAT) {
                throw new IOException("it is of another version");
            }
            String key = in.readUTF();
            int epoch = in.readInt();
            Map<String, Double> measured = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                measured.put(in.readUTF(), in.readDouble());
            }
            Map<String, Descent.ParameterState> state = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                String name = in.readUTF();
                float[] values = readFloats(in);
                int updates = in.readInt();
                state.put(
                        name,
                        new Descent.ParameterState(
                                values,
                                updates == 0
                                        ? Optional.empty()
                                        : Optional.of(
                                                new ResumableAdamW.Memory(updates, readFloats(in), readFloats(in)))));
            }
            return new EncoderCheckpoint(key, epoch, measured, state);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s of %s cannot be read (%s): delete it and train from the start"
                            .formatted(FILE, folder, e.getMessage()),
                    e);
        }
    }

    /** Writes it into the folder, which is made where there is none. */
    void write(Path folder) {
        Path fresh = folder.resolve(FILE + ".new");
        try {
            Files.createDirectories(folder);
            try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
                write(out);
            }
            Files.move(fresh, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("The checkpoint could not be written to " + folder, e);
        }
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeInt(FORMAT);
        out.writeUTF(key);
        out.writeInt(epoch);
        out.writeInt(measured.size());
        for (Map.Entry<String, Double> figure : measured.entrySet()) {
            out.writeUTF(figure.getKey());
            out.writeDouble(figure.getValue());
        }
        out.writeInt(state.size());
        for (Map.Entry<String, Descent.ParameterState> parameter : state.entrySet()) {
            out.writeUTF(parameter.getKey());
            write(out, parameter.getValue().values());
            Optional<ResumableAdamW.Memory> memory = parameter.getValue().memory();
            out.writeInt(memory.map(ResumableAdamW.Memory::updates).orElse(0));
            if (memory.isPresent()) {
                write(out, memory.get().mean());
                write(out, memory.get().variance());
            }
        }
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        out.writeInt(values.length);
        out.write(bytes.array());
    }

    private static float[] readFloats(DataInputStream in) throws IOException {
        float[] values = new float[in.readInt()];
        byte[] bytes = new byte[4 * values.length];
        in.readFully(bytes);
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
        return values;
    }
}
