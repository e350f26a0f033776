using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Shared.Compression;

/// <summary>The copy that all LZ77 codecs share: bytes that were already written are written again, overlapping or not.</summary>
internal static class BackReference
{
    /// <summary>Bytes that are copied at once where there is room, however few are wanted: those behind are written over.</summary>
    private const int Short = 16;

    /// <exception cref="InvalidDataException">The copy reaches before the buffer or past its end.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Copy(Span<byte> target, int position, int distance, int length)
    {
        if ((uint)(distance - 1) >= (uint)position || (uint)length > (uint)(target.Length - position)) Refuse();
        if (distance >= length)
        {
            if (length <= Short && target.Length - position >= Short)
            {
                Vector128.Create((ReadOnlySpan<byte>)target.Slice(position - distance, Short)).CopyTo(target[position..]);
                return position + length;
            }

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

    /// <summary>Copies bytes that stand in <paramref name="source"/> themselves. The caller has seen that both have so many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyLiteral(ReadOnlySpan<byte> source, Span<byte> target, int length)
    {
        if (length <= Short && source.Length >= Short && target.Length >= Short) Vector128.Create(source).CopyTo(target);
        else source[..length].CopyTo(target);
    }

    private static void Refuse() => throw new InvalidDataException("compressed bytes refer to bytes outside of themselves");
}
