using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// The producer's run and counter as our producer writes them. The run is the same from record to record, so its text is compared with that of
/// the one before, and read only where that changes.
/// </summary>
internal sealed class UsualRun(RunIds runs)
{
    /// <summary>As much as is compared at once: <c>,"run":"0123456789ab","seq":</c> with longer ids too. Of the longest the general reader reads the record.</summary>
    private const int MaxBytes = 2 * 32;

    private string? _run;
    private int _length;

    // The text and how much of it counts, in two halves.
    private Vector256<byte> _start;
    private Vector256<byte> _startMask;
    private Vector256<byte> _end;
    private Vector256<byte> _endMask;

    /// <summary>From behind the last value to the record's end: both, or neither.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadToEnd(PaddedText text, int at, ref DecodedTick tick)
    {
        int end = text.Length - 1;
        if (text.Byte(end) != (byte)'}') return false;
        if (at == end)
        {
            (tick.Run, tick.Seq) = (null, 0);
            return true;
        }

        if (!IsRemembered(text, at) && !TryRemember(text, at)) return false;
        // The place held a tick before, nearly always of the same run; to write a reference costs more than to compare it.
        if (!ReferenceEquals(tick.Run, _run)) tick.Run = _run;
        at += _length;
        return at < end && UsualNumber.ReadWhole(text, at, out tick.Seq) == end - at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsRemembered(PaddedText text, int at)
    {
        Vector256<byte> other = ((text.ThirtyTwo(at) & _startMask) ^ _start) | ((text.ThirtyTwo(at + Vector256<byte>.Count) & _endMask) ^ _end);
        return other == Vector256<byte>.Zero && _run is not null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRemember(PaddedText text, int at)
    {
        ReadOnlySpan<byte> before = ",\"run\":\""u8;
        ReadOnlySpan<byte> behind = "\",\"seq\":"u8;
        ReadOnlySpan<byte> rest = text.Span(at, Math.Min(MaxBytes, text.Length - at));
        if (!rest.StartsWith(before)) return false;
        int length = rest[before.Length..].IndexOf((byte)'"');
        if (length <= 0 || !rest[(before.Length + length)..].StartsWith(behind)) return false;
        ReadOnlySpan<byte> id = rest.Slice(before.Length, length);
        if (id.Contains((byte)'\\') || id.ContainsAnyInRange((byte)0, (byte)0x1F) || runs.Find(id) is not { } run) return false;
        (_run, _length) = (run, before.Length + length + behind.Length);
        Span<byte> kept = stackalloc byte[MaxBytes];
        Span<byte> mask = stackalloc byte[MaxBytes];
        kept.Clear();
        mask.Clear();
        rest[.._length].CopyTo(kept);
        mask[.._length].Fill(byte.MaxValue);
        (_start, _end) = (Vector256.Create<byte>(kept), Vector256.Create<byte>(kept[Vector256<byte>.Count..]));
        (_startMask, _endMask) = (Vector256.Create<byte>(mask), Vector256.Create<byte>(mask[Vector256<byte>.Count..]));
        return true;
    }
}
