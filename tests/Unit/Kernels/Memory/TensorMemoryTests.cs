using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Memory;

public sealed unsafe class TensorMemoryTests
{
    [Fact]
    public void Finds_a_tensor_of_more_than_two_gigabytes()
    {
        // Untouched pages take no memory.
        using var large = empty((1L << 29) + 16);
        using (var start = large.narrow(0, 0, 2))
        {
            start[0] = 3;
            start[1] = 4;
        }

        var address = TensorMemory.Address<float>(large);

        address[0].Should().Be(3);
        address[1].Should().Be(4);
    }
}
