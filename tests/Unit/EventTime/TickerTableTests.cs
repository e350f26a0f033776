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
