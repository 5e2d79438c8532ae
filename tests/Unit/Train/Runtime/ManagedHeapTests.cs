using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Unit.Train.Runtime;

public sealed class ManagedHeapTests
{
    [Fact]
    public void A_batch_of_the_past_is_freed_before_many_of_them_pile_up()
    {
        var batches = Batches(count: 4, bytes: 32 << 20);

        ManagedHeap.Release();

        batches.Should().HaveCount(4).And.NotContain(batch => batch.IsAlive);
    }

    [Fact]
    public void Nothing_is_collected_where_little_was_allocated()
    {
        Batches(count: 4, bytes: 32 << 20);
        ManagedHeap.Release();
        var before = GC.CollectionCount(GC.MaxGeneration);

        Batches(count: 1, bytes: 1 << 20);
        ManagedHeap.Release();

        GC.CollectionCount(GC.MaxGeneration).Should().Be(before);
    }

    /// <summary>In a method of its own, so that no register of the test still holds one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Batches(int count, int bytes) =>
        [.. Enumerable.Range(0, count).Select(_ => new WeakReference(new byte[bytes]))];
}
