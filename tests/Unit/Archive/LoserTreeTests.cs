using Streaming.Producer.Archive;

namespace Streaming.Tests.Unit.Archive;

public sealed class LoserTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(24)]
    [InlineData(100)]
    public void RisingKeysOfEachLeaf_LeaveInOrder(int leaves)
    {
        var random = new Random(leaves);
        var tree = new LoserTree();
        for (int round = 0; round < 20; round++)
        {
            ulong[][] keys = [.. Enumerable.Range(0, leaves).Select(leaf => Keys(random, leaf, leaves))];
            var next = new int[leaves];
            tree.Build([.. keys.Select(list => list[0])]);
            var order = new List<ulong>();
            while (tree.Winner != ulong.MaxValue)
            {
                order.Add(tree.Winner);
                int leaf = (int)(tree.Winner % (ulong)leaves);
                tree.Replace(leaf, ++next[leaf] < keys[leaf].Length ? keys[leaf][next[leaf]] : ulong.MaxValue);
            }

            Assert.Equal(keys.SelectMany(list => list).Order(), order);
        }
    }

    // A key says whose it is, which also makes no two the same.
    private static ulong[] Keys(Random random, int leaf, int leaves)
        => [.. Enumerable.Range(0, random.Next(1, 50)).Select(_ => ((ulong)random.Next(200) * 1000 * (ulong)leaves) + (ulong)leaf).Distinct().Order()];
}
