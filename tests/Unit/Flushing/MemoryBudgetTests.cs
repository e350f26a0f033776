using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Unit.Flushing;

public sealed class MemoryBudgetTests
{
    [Fact]
    public void ShardsOfAProcess_ShareItEvenly()
    {
        var budget = new MemoryBudget(1000, objectBytes: 600);
        Assert.Equal(1000, budget.WindowsPerShard);
        Assert.Equal(600, budget.ObjectBytesPerShard);
        using IDisposable first = budget.Join();
        Assert.Equal(1000, budget.WindowsPerShard);
        using (budget.Join())
        using (budget.Join())
        {
            Assert.Equal(333, budget.WindowsPerShard);
            Assert.Equal(200, budget.ObjectBytesPerShard);
        }

        Assert.Equal(1000, budget.WindowsPerShard);
    }
}
