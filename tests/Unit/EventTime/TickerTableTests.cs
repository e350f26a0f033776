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
            TickerState? known = name.Length <= 15 ? _tickers.FindShort(Vector(name)) : null;
            TickerState state = _tickers.GetOrAdd(name)!;
            Assert.Equal(Encoding.ASCII.GetString(name), state.Name);
            if (known is not null) Assert.Same(state, known);
            if (name.Length <= 15 && _tickers.FindShort(Vector(name)) is { } entered)
            {
                Assert.Same(state, entered);
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
        TickerState[] states = [.. names.Select(name => _tickers.GetOrAdd(name)!)];
        Assert.Equal(states.Length, states.Distinct().Count());
        for (int i = 0; i < names.Length; i++)
        {
            Assert.Same(states[i], _tickers.GetOrAdd(names[i]));
            Assert.True(_tickers.FindShort(Vector(names[i])) is not { } found || ReferenceEquals(found, states[i]));
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
        foreach (byte[] name in names) _tickers.GetOrAdd(name);
        int found = names.Count(name => _tickers.FindShort(Vector(name)) is not null);
        Assert.InRange(found, names.Length * 99 / 100, names.Length);
    }

    [Fact]
    public void UnknownName_IsNotFound()
    {
        Assert.Null(_tickers.FindShort(Vector("A"u8)));
        Assert.NotNull(_tickers.GetOrAdd("A"u8));
        Assert.Null(_tickers.FindShort(Vector("B"u8)));
        Assert.Null(_tickers.FindShort(Vector("AA"u8)));
    }

    private static Vector128<byte> Vector(ReadOnlySpan<byte> name)
    {
        Span<byte> bytes = stackalloc byte[16];
        ShortNames.Filler.CopyTo(bytes);
        name.CopyTo(bytes);
        return Vector128.Create<byte>(bytes);
    }
}
