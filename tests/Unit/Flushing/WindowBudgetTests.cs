using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Unit.Flushing;

public sealed class WindowBudgetTests
{
    [Fact]
    public void ShardsOfAProcess_ShareItEvenly()
    {
        var budget = new WindowBudget(1000);
        Assert.Equal(1000, budget.PerShard);
        using IDisposable first = budget.Join();
        Assert.Equal(1000, budget.PerShard);
        using (budget.Join())
        using (budget.Join())
        {
            Assert.Equal(333, budget.PerShard);
        }

        Assert.Equal(1000, budget.PerShard);
    }
}
