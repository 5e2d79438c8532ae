using PPYolo.Kernels.Memory;
using PPYolo.Train.Ranks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks;

public class HostMemoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void What_is_written_to_the_memory_is_in_the_tensor(bool copies)
    {
        using var path = CpuPath.Close(kernels: false, memory: copies);
        using var memory = new HostMemory();
        foreach (var count in new[] { 5, 3, 100 })
        {
            using var tensor = ones(count).requires_grad_();
            var address = (float*)memory.Open(tensor);
            (address != TensorMemory.Address<float>(tensor)).Should().Be(copies, "only then it is a copy");
            address[count - 1].Should().Be(1);
            address[count - 1] = 7;
            memory.Close(tensor);
            tensor[count - 1].item<float>().Should().Be(7);
            tensor[0].item<float>().Should().Be(1);
        }
    }

    [Fact]
    public void An_empty_tensor_has_no_memory()
    {
        using var path = CpuPath.Close(kernels: false, memory: true);
        using var memory = new HostMemory();
        using var tensor = empty(0);
        memory.Open(tensor).Should().Be(0);
        memory.Close(tensor);
    }
}
