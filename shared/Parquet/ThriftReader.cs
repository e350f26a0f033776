using System.Text;

namespace Streaming.Shared.Parquet;

/// <summary>Wire types of Thrift's compact protocol.</summary>
internal enum ThriftType : byte
{
    Stop = 0,
    True = 1,
    False = 2,
    Int8 = 3,
    Int16 = 4,
    Int32 = 5,
    Int64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
    Uuid = 13,
}

/// <summary>
/// Thrift's compact protocol over a span. Every count is checked against the bytes that are left before anything is allocated for
/// it. Bytes that end too early are an <see cref="EndOfStreamException"/> (a page header may go on behind the bytes at hand), all
/// else that is wrong an <see cref="InvalidDataException"/>.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> data)
{
    /// <summary>Parquet's own structures nest seven deep; what nests deeper than this is an attack on the stack.</summary>
    private const int MaxSkipDepth = 32;

    private readonly ReadOnlySpan<byte> _data = data;

    public int Position { get; private set; }

    /// <summary>The next field of the struct at hand; false at its end. <paramref name="id"/> carries on from the field before.</summary>
    public bool NextField(ref int id, out ThriftType type)
    {
        byte head = NextByte();
        type = (ThriftType)(head & 0x0F);
        if (head == 0) return false;
        int delta = head >> 4;
        id = delta != 0 ? id + delta : (short)NextZigZag();
        return true;
    }

    public static bool ReadBool(ThriftType type) => type switch
    {
        ThriftType.True => true,
        ThriftType.False => false,
        _ => throw Unexpected(type, ThriftType.True),
    };

    public int ReadInt32(ThriftType type)
    {
        if (type is not ThriftType.Int32 and not ThriftType.Int16) throw Unexpected(type, ThriftType.Int32);
        long value = NextZigZag();
        return value == (int)value ? (int)value : throw new InvalidDataException($"thrift integer {value} needs more than 32 bits");
    }

    public long ReadInt64(ThriftType type)
        => type is ThriftType.Int64 or ThriftType.Int32 ? NextZigZag() : throw Unexpected(type, ThriftType.Int64);

    public sbyte ReadInt8(ThriftType type) => type is ThriftType.Int8 ? (sbyte)NextByte() : throw Unexpected(type, ThriftType.Int8);

    public ReadOnlySpan<byte> ReadBinary(ThriftType type)
        => type is ThriftType.Binary ? Take(NextUnsigned()) : throw Unexpected(type, ThriftType.Binary);

    public string ReadString(ThriftType type) => Encoding.UTF8.GetString(ReadBinary(type));

    /// <summary>Opens a list and returns how many elements follow.</summary>
    public int BeginList(ThriftType type, ThriftType element)
    {
        if (type is not ThriftType.List) throw Unexpected(type, ThriftType.List);
        (int count, ThriftType found) = NextListHead();
        if (count > 0 && found != element) throw Unexpected(found, element);
        return count;
    }

    /// <summary>Checks that a struct follows; its fields are read with <see cref="NextField"/> and an id that starts at 0.</summary>
    public static void BeginStruct(ThriftType type)
    {
        if (type is not ThriftType.Struct) throw Unexpected(type, ThriftType.Struct);
    }

    public void Skip(ThriftType type) => Skip(type, insideCollection: false, depth: 0);

    private void Skip(ThriftType type, bool insideCollection, int depth)
    {
        if (depth > MaxSkipDepth) throw new InvalidDataException($"thrift structures nest deeper than {MaxSkipDepth}");
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                // A field of type bool has its value in the type; an element has a byte of its own.
                if (insideCollection) NextByte();
                break;
            case ThriftType.Int8:
                NextByte();
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                NextUnsigned();
                break;
            case ThriftType.Double:
                Take(8);
                break;
            case ThriftType.Binary:
                Take(NextUnsigned());
                break;
            case ThriftType.Uuid:
                Take(16);
                break;
            case ThriftType.List or ThriftType.Set:
                (int count, ThriftType element) = NextListHead();
                for (int i = 0; i < count; i++) Skip(element, insideCollection: true, depth + 1);
                break;
            case ThriftType.Map:
                SkipMap(depth);
                break;
            case ThriftType.Struct:
                int id = 0;
                while (NextField(ref id, out ThriftType field)) Skip(field, insideCollection: false, depth + 1);
                break;
            default:
                throw new InvalidDataException($"thrift has no type {(int)type}");
        }
    }

    private void SkipMap(int depth)
    {
        int count = CheckCount(NextUnsigned());
        if (count == 0) return;
        byte types = NextByte();
        for (int i = 0; i < count; i++)
        {
            Skip((ThriftType)(types >> 4), insideCollection: true, depth + 1);
            Skip((ThriftType)(types & 0x0F), insideCollection: true, depth + 1);
        }
    }

    private (int Count, ThriftType Element) NextListHead()
    {
        byte head = NextByte();
        ulong count = (uint)(head >> 4);
        if (count == 15) count = NextUnsigned();
        return (CheckCount(count), (ThriftType)(head & 0x0F));
    }

    // No element takes less than a byte.
    private readonly int CheckCount(ulong count)
        => count <= (ulong)(_data.Length - Position) ? (int)count : throw new EndOfStreamException($"thrift collection of {count} elements");

    private long NextZigZag()
    {
        ulong value = NextUnsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong NextUnsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = NextByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("thrift integer of more than ten bytes");
    }

    private byte NextByte() => Position < _data.Length ? _data[Position++] : throw new EndOfStreamException("thrift structure is cut off");

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_data.Length - Position)) throw new EndOfStreamException($"thrift value of {count} bytes is cut off");
        ReadOnlySpan<byte> taken = _data.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private static InvalidDataException Unexpected(ThriftType found, ThriftType wanted)
        => new($"thrift field of type {found} where {wanted} belongs");
}
