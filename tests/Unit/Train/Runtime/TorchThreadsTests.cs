using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Tests.Unit.Train.Runtime;

public class TorchThreadsTests
{
    [Fact]
    public void A_new_thread_keeps_its_number_when_another_thread_sets_its_own()
    {
        var before = torch.get_num_threads();
        using SemaphoreSlim isSet = new(0),
            goOn = new(0);
        var kept = 0;
        var thread = new Thread(() =>
        {
            TorchThreads.Set(1);
            isSet.Release();
            goOn.Wait();
            using var sum = torch.ones(4).sum();
            kept = torch.get_num_threads();
        });
        try
        {
            thread.Start();
            isSet.Wait();
            torch.set_num_threads(3);
            goOn.Release();
            thread.Join();
        }
        finally
        {
            torch.set_num_threads(before);
        }

        kept.Should().Be(1);
    }
}
