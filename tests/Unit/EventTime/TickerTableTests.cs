using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text;
using Streaming.Consumer.EventTime;

namespace Streaming.Tests.Unit.EventTime;

public sealed class TickerTableTests
{
    private readonly TickerTable _tickers = new(shard: null);

    [Fact]
    public void ShortName_IsFoundAsOneVectorOrNotAtAll()
    {
        const int seed = 5;
        var random = new Random(seed);
        int found = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] name = Encoding.ASCII.GetBytes(random.Next(1_000_000).ToString()[..random.Next(1, 2)] + new string((char)random.Next('A', 'Z'), random.Next(16)) + random.Next(10_000));
            int known = 0;
            bool isKnown = name.Length <= 15 && _tickers.TryFindShort(Vector(name), out known);
            int id = IdOf(name);
            Assert.Equal(Encoding.ASCII.GetString(name), _tickers[id].Name);
            if (isKnown) Assert.Equal(id, known);
            if (name.Length <= 15 && _tickers.TryFindShort(Vector(name), out int entered))
            {
                Assert.Equal(id, entered);
                found++;
            }
        }

        // Names that collide too often are left to the table: that is rare.
        Assert.InRange(found, 13_000, 20_000);
    }

    [Fact]
    public void NamesThatCollide_AreAllInTheTable()
    {
        // Equal in all that the place depends on, or nearly: whatever is done with them, each is itself.
        byte[][] names = [.. Enumerable.Range(0, 5_000).Select(i => Encoding.ASCII.GetBytes($"{i:D4}AAAAAAAAAAA"))];
        foreach (byte[] name in names) IdOf(name);
        for (int i = 0; i < names.Length; i++)
        {
            Assert.Equal(i + 1, IdOf(names[i]));
            if (_tickers.TryFindShort(Vector(names[i]), out int found)) Assert.Equal(i + 1, found);
        }
    }

    /// <summary>A name that is not found costs its records ten times the time, so names as exchanges give them must not collide by their form.</summary>
    [Theory]
    [InlineData("{0:D4}AAAAAAAAAAA")]
    [InlineData("T{0:D4}")]
    [InlineData("DEMO{0}")]
    [InlineData("SYMBOL{0:D2}")]
    [InlineData("ABCDEFG{0:D4}")]
    [InlineData("AAPL{0:D4}C00150")]
    [InlineData("X{0:D3}USDT")]
    [InlineData("PREFIX_LONG{0:D4}")]
    public void NamesOfOneForm_AreFound(string form)
    {
        byte[][] names = [.. Enumerable.Range(0, 2_000).Select(i => Encoding.ASCII.GetBytes(string.Format(CultureInfo.InvariantCulture, form, i)))];
        foreach (byte[] name in names) IdOf(name);
        int found = names.Count(name => _tickers.TryFindShort(Vector(name), out _));
        Assert.InRange(found, names.Length * 99 / 100, names.Length);
    }

    [Fact]
    public void UnknownName_IsNotFound()
    {
        Assert.False(_tickers.TryFindShort(Vector("A"u8), out _));
        IdOf("A"u8);
        Assert.True(_tickers.TryFindShort(Vector("A"u8), out _));
        Assert.False(_tickers.TryFindShort(Vector("B"u8), out _));
        Assert.False(_tickers.TryFindShort(Vector("AA"u8), out _));
    }

    /// <summary>What a bad record may have where a name should be: none, zeros, sixteen bytes without an end. Also once tickers are there that have no short name.</summary>
    [Fact]
    public void WhatIsNoName_IsNotFound()
    {
        byte[][] tickers = [[], "A\"B"u8.ToArray(), "A NAME THAT IS TOO LONG"u8.ToArray(), "\\"u8.ToArray(), "A"u8.ToArray()];
        foreach (byte[] ticker in tickers)
        {
            foreach (byte value in (byte[])[0, (byte)'"', (byte)'A', 0xFF])
            {
                for (int length = 0; length <= 16; length++)
                {
                    if ((value, length) == ((byte)'A', 1)) continue;
                    byte[] bytes = new byte[length];
                    bytes.AsSpan().Fill(value);
                    Assert.False(_tickers.TryFindShort(Vector(bytes), out _));
                }
            }

            IdOf(ticker);
        }
    }

    private int IdOf(ReadOnlySpan<byte> name)
    {
        Assert.True(_tickers.TryGetOrAdd(name, out int id));
        return id;
    }

    private static Vector128<byte> Vector(ReadOnlySpan<byte> name)
    {
        Span<byte> bytes = stackalloc byte[16];
        ShortNames.Filler.CopyTo(bytes);
        name.CopyTo(bytes);
        return Vector128.Create<byte>(bytes);
    }
}
