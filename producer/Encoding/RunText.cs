using System.Runtime.CompilerServices;
using Streaming.Shared.Ticks;

namespace Streaming.Producer.Encoding;

/// <summary>What the records of a run end with: its id and the counter, of which all but the last two digits stay for a hundred records.</summary>
internal sealed class RunText
{
    private const ulong Hundred = 100;

    private readonly byte[] _blocks;
    private readonly int _prefixLength;
    private int _length;
    private ulong _hundreds;

    public RunText(string runId)
    {
        byte[] run = JsonText.Quote(System.Text.Encoding.UTF8.GetBytes(runId));
        byte[] prefix = [.. ",\""u8, .. TickJson.Run, .. "\":"u8, .. run, .. ",\""u8, .. TickJson.Seq, .. "\":"u8];
        _prefixLength = _length = prefix.Length;
        _blocks = Blocks.New(prefix.Length + Digits.MaxBytes);
        prefix.CopyTo(_blocks, 0);
    }

    /// <summary>Room that <see cref="Write"/> may ask for.</summary>
    public int MaxBytes => _blocks.Length + Digits.MaxBytes;

    /// <returns>Bytes that count; up to <see cref="MaxBytes"/> are written over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Write(Span<byte> target, ulong sequence)
    {
        ulong hundreds = sequence / Hundred;
        if (hundreds != _hundreds) MoveTo(hundreds);
        Blocks.Copy(_blocks, _length, target);
        uint rest = (uint)(sequence - (hundreds * Hundred));
        return hundreds == 0 ? _length + Digits.Write(target[_length..], rest) : _length + Digits.WriteTwo(target[_length..], rest);
    }

    private void MoveTo(ulong hundreds)
    {
        _hundreds = hundreds;
        _length = _prefixLength + (hundreds == 0 ? 0 : Digits.Write(_blocks.AsSpan(_prefixLength), hundreds));
    }
}
