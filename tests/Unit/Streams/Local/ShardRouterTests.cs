using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class ShardRouterTests
{
    // Twice as many keys as the router remembers, asked for again and again: each slot changes hands.
    [Fact]
    public void AnyKey_GoesToTheShardThatOwnsItsHash_HoweverOftenItIsAskedFor()
    {
        Shard[] shards = [.. ShardMap.Create(7)];
        var router = new ShardRouter(shards.Select((shard, index) => (index, shard.StartHash)));
        var random = new Random(1);
        for (int i = 0; i < 300_000; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes($"{random.Next(65_536)}");
            Shard owner = shards[router.ShardOf(key)];
            Assert.True(owner.Owns(HashKey.Of(key)), $"{Encoding.UTF8.GetString(key)} went to {owner.Id}.");
        }
    }

    // What is remembered is a copy: a batch's buffer is used again.
    [Fact]
    public void KeyInABufferThatIsUsedAgain_IsNotMistakenForAnother()
    {
        var router = new ShardRouter([(0, UInt128.Zero), (1, UInt128.One << 127)]);
        byte[] buffer = [(byte)'a'];
        for (byte letter = (byte)'a'; letter <= (byte)'z'; letter++)
        {
            buffer[0] = letter;
            Assert.Equal((int)(HashKey.Of(buffer) >> 127), router.ShardOf(buffer));
        }
    }
}
