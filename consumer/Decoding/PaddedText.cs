using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// A record's bytes, to be looked at in pieces that may reach past its end, because <see cref="RecordBatch.Padding"/> bytes more stand behind it. Nothing
/// is checked here: whoever looks begins at or before the record's end, and finds out later whether what was read went past it.
/// </summary>
internal readonly ref struct PaddedText
{
    private readonly ref byte _start;

    public PaddedText(in StreamRecord record)
    {
        _start = ref MemoryMarshal.GetReference(record.PaddedData);
        Length = record.PaddedData.Length - RecordBatch.Padding;
    }

    /// <summary>Of the record itself.</summary>
    public int Length { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Byte(int at) => Place(at, sizeof(byte));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<byte> Sixteen(int at) => Vector128.LoadUnsafe(ref Place(at, Vector128<byte>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> ThirtyTwo(int at) => Vector256.LoadUnsafe(ref Place(at, Vector256<byte>.Count));

    /// <summary>True if <paramref name="expected"/> stands there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Holds(ReadOnlySpan<byte> expected, int at) => Span(at, expected.Length).SequenceEqual(expected);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Span(int at, int length) => MemoryMarshal.CreateReadOnlySpan(ref Place(at, length), length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte Place(int at, int length)
    {
        Debug.Assert(at >= 0 && at + length <= Length + RecordBatch.Padding, "A look is out of the record and what stands behind it.");
        return ref Unsafe.Add(ref _start, at);
    }
}
