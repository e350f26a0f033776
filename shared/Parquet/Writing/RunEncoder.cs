namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// The RLE / bit-packed hybrid of definition levels and dictionary indices: runs of eight or more equal values are counted, the rest
/// is packed in groups of eight. Source: Encodings.md of parquet-format, "Run Length Encoding / Bit-Packing Hybrid".
/// </summary>
internal static class RunEncoder
{
    private const int Group = 8;

    public static void AppendRun(PooledBuffer output, int value, int count, int bitWidth)
    {
        output.AppendVarint((ulong)count << 1);
        for (int bits = 0; bits < bitWidth; bits += 8) output.Append((byte)(value >> bits));
    }

    public static void Append(PooledBuffer output, ReadOnlySpan<int> values, int bitWidth)
    {
        int packed = 0;
        int next = 0;
        // next always stands a whole number of groups after packed: only the last group of all may be padded.
        while (next < values.Length)
        {
            int run = values[next..].IndexOfAnyExcept(values[next]);
            if (run < 0) run = values.Length - next;
            if (run < Group)
            {
                next = Math.Min(next + Group, values.Length);
                continue;
            }

            AppendPacked(output, values[packed..next], bitWidth);
            AppendRun(output, values[next], run, bitWidth);
            packed = next += run;
        }

        AppendPacked(output, values[packed..], bitWidth);
    }

    private static void AppendPacked(PooledBuffer output, ReadOnlySpan<int> values, int bitWidth)
    {
        if (values.IsEmpty) return;
        int groups = (values.Length + Group - 1) / Group;
        output.AppendVarint(((ulong)groups << 1) | 1);
        Span<byte> bytes = output.Reserve(groups * bitWidth);
        bytes.Clear();
        ulong pending = 0;
        int pendingBits = 0;
        int at = 0;
        foreach (int value in values)
        {
            pending |= (ulong)(uint)value << pendingBits;
            for (pendingBits += bitWidth; pendingBits >= 8; pendingBits -= 8)
            {
                bytes[at++] = (byte)pending;
                pending >>= 8;
            }
        }

        if (pendingBits > 0) bytes[at] = (byte)pending;
    }
}
