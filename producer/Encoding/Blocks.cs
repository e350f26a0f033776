using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Producer.Encoding;

/// <summary>
/// Texts that are copied in whole blocks, which takes a few moves where a copy of any length is a call. They stand in arrays of whole blocks, and
/// what is copied too much is written over by what comes next: the target needs room for it.
/// </summary>
internal static class Blocks
{
    public const int Size = 32;

    /// <summary>An array of whole blocks with room for so many bytes.</summary>
    public static byte[] New(int bytes) => new byte[(bytes + Size - 1) / Size * Size];

    public static byte[] Of(ReadOnlySpan<byte> text)
    {
        byte[] blocks = New(text.Length);
        text.CopyTo(blocks);
        return blocks;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ReadOnlySpan<byte> blocks, int length, Span<byte> target)
    {
        for (int at = 0; at < length; at += Size) Vector256.Create(blocks[at..]).CopyTo(target[at..]);
    }
}
