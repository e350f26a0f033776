using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// Walks over JSON of a service, whose text is known to be whole, without making anything. Finds the ends of strings by vectors,
/// which is what a general reader cannot do, since it checks every byte. Anything that is not JSON ends in <see cref="FormatException"/>.
/// </summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> json)
{
    private static readonly SearchValues<byte> EndsOfScalar = SearchValues.Create(",]} \t\r\n"u8);

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;

    /// <summary>What is still to be read, for a value whose usual shape is cheaper to read at once; then <see cref="Advance"/>.</summary>
    public readonly ReadOnlySpan<byte> Rest => _json[_at..];

    public void Advance(int bytes) => _at += bytes;

    /// <summary>Steps over <paramref name="token"/> if it is next.</summary>
    public bool TryTake(byte token)
    {
        if (Peek() != token) return false;
        _at++;
        return true;
    }

    public void Take(byte token)
    {
        if (!TryTake(token)) throw Malformed();
    }

    /// <summary>The next member's name of the object that was begun; false, and the object is left, if there is none.</summary>
    public bool TryNextMember(ref bool isFirst, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (!TryNextMember(ref isFirst)) return false;
        name = String(out _);
        Take((byte)':');
        return true;
    }

    /// <summary>The same, but stands before the name, for <see cref="TryTakeName"/>.</summary>
    public bool TryNextMember(ref bool isFirst)
    {
        byte next = Peek();
        if (next == (byte)'}')
        {
            _at++;
            return false;
        }

        if (!isFirst)
        {
            if (next != (byte)',') throw Malformed();
            _at++;
            Peek();
        }

        isFirst = false;
        return true;
    }

    /// <summary>Steps over a member's name if it is this one: for names that are known, cheaper than to look where any name ends.</summary>
    /// <param name="quoted">With its quotes; a constant, so that the comparison is a few words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTakeName(ReadOnlySpan<byte> quoted)
    {
        ReadOnlySpan<byte> rest = _json[_at..];
        if (!rest.StartsWith(quoted)) return false;
        _at += quoted.Length;
        if (rest.Length > quoted.Length && rest[quoted.Length] == (byte)':') _at++;
        else Take((byte)':');
        return true;
    }

    public void SkipMember()
    {
        String(out _);
        Take((byte)':');
        SkipValue();
    }

    /// <summary>True if the array that was begun has one more element; else it is left.</summary>
    public bool TryNextElement(ref bool isFirst)
    {
        if (TryTake((byte)']')) return false;
        if (!isFirst) Take((byte)',');
        isFirst = false;
        return true;
    }

    /// <summary>The bytes between the quotes, as they stand.</summary>
    public ReadOnlySpan<byte> String(out bool isEscaped)
    {
        Take((byte)'"');
        int start = _at;
        isEscaped = false;
        while (true)
        {
            int length = _json[_at..].IndexOfAny((byte)'"', (byte)'\\');
            if (length < 0) throw Malformed();
            _at += length;
            if (_json[_at] == (byte)'"') return _json[start.._at++];
            isEscaped = true;
            _at += 2;
            if (_at >= _json.Length) throw Malformed();
        }
    }

    /// <summary>The string, or null for JSON's null.</summary>
    public string? Text()
    {
        if (Peek() != (byte)'"')
        {
            SkipValue();
            return null;
        }

        int start = _at;
        ReadOnlySpan<byte> raw = String(out bool isEscaped);
        if (!isEscaped) return System.Text.Encoding.UTF8.GetString(raw);
        var reader = new Utf8JsonReader(_json[start.._at]);
        reader.Read();
        return reader.GetString();
    }

    /// <summary>A number, true, false or null, as it stands.</summary>
    public ReadOnlySpan<byte> Scalar()
    {
        Peek();
        int length = _json[_at..].IndexOfAny(EndsOfScalar);
        if (length <= 0) throw Malformed();
        _at += length;
        return _json.Slice(_at - length, length);
    }

    public void SkipValue()
    {
        int depth = 0;
        do
        {
            switch (Peek())
            {
                case (byte)'"':
                    String(out _);
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    _at++;
                    continue;
                case (byte)'}' or (byte)']':
                    depth--;
                    _at++;
                    break;
                case (byte)',' or (byte)':' when depth > 0:
                    _at++;
                    continue;
                default:
                    Scalar();
                    break;
            }
        }
        while (depth > 0);
    }

    public byte Peek()
    {
        while (_at < _json.Length)
        {
            byte next = _json[_at];
            if (next > (byte)' ') return next;
            _at++;
        }

        throw Malformed();
    }

    public readonly FormatException Malformed() => new($"The service's answer is not the JSON that was expected, at byte {_at}.");

}
