using System.Runtime.CompilerServices;

namespace Streaming.Shared.Parquet.Compression;

/// <summary>The copy that all LZ77 codecs share: bytes that were already written are written again, overlapping or not.</summary>
internal static class BackReference
{
    /// <exception cref="InvalidDataException">The copy reaches before the buffer or past its end.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Copy(Span<byte> target, int position, int distance, int length)
    {
        if ((uint)(distance - 1) >= (uint)position || (uint)length > (uint)(target.Length - position)) Refuse();
        if (distance >= length)
        {
            target.Slice(position - distance, length).CopyTo(target[position..]);
            return position + length;
        }

        // The run repeats itself with the period of the distance, so each pass may copy twice what the one before did.
        int end = position + length;
        int from = position - distance;
        while (position < end)
        {
            int step = Math.Min(position - from, end - position);
            target.Slice(from, step).CopyTo(target[position..]);
            position += step;
        }

        return end;
    }

    private static void Refuse() => throw new InvalidDataException("a compressed page refers to bytes outside of itself");
}
