using System.Runtime.InteropServices;
using System.Text;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

/// <summary>What environments say of a card: a stand-in has the functions of driver, runtime and cuDNN.</summary>
public sealed unsafe class CardDescriptionTests
{
    private const string Card = "Card 1, compute capability 9.0";

    [Fact]
    public void Driver_runtime_and_cuDNN_are_named_beside_the_card() =>
        Without().Should().Be($"{Card}, driver for CUDA 13.1, CUDA runtime 12.8, cuDNN 91002");

    [Theory]
    [InlineData("cudaRuntimeGetVersion", $"{Card}, driver for CUDA 13.1, cuDNN 91002")]
    [InlineData("cudnnGetVersion", $"{Card}, driver for CUDA 13.1, CUDA runtime 12.8")]
    [InlineData("cuDriverGetVersion", $"{Card}, CUDA runtime 12.8, cuDNN 91002")]
    [InlineData("cuDeviceGetName", "a card that its driver does not describe, driver for CUDA 13.1, CUDA runtime 12.8, cuDNN 91002")]
    public void What_is_not_found_is_left_out(string function, string expected) => Without(function).Should().Be(expected);

    [Fact]
    public void A_function_that_fails_says_nothing() =>
        CardDescription
            .Of(1, name => name == "cudaRuntimeGetVersion" ? (nint)(delegate* unmanaged<int*, int>)&Failing : Function(name))
            .Should()
            .Be($"{Card}, driver for CUDA 13.1, cuDNN 91002");

    [SkippableFact]
    public void A_machine_without_a_card_has_nothing_to_describe()
    {
        Skip.If(NativeLibrary.TryLoad("libcuda.so.1", out _), "this machine has a driver");

        CardDescription.Of(0).Should().Be("a card that its driver does not describe");
    }

    private static string Without(string? missing = null) => CardDescription.Of(1, name => name == missing ? 0 : Function(name));

    private static nint Function(string name) =>
        name switch
        {
            "cuInit" => (nint)(delegate* unmanaged<uint, int>)&Initialize,
            "cuDeviceGet" => (nint)(delegate* unmanaged<int*, int, int>)&Get,
            "cuDeviceGetName" => (nint)(delegate* unmanaged<byte*, int, int, int>)&Name,
            "cuDeviceGetAttribute" => (nint)(delegate* unmanaged<int*, int, int, int>)&Attribute,
            "cuDriverGetVersion" => (nint)(delegate* unmanaged<int*, int>)&Driver,
            "cudaRuntimeGetVersion" => (nint)(delegate* unmanaged<int*, int>)&Runtime,
            "cudnnGetVersion" => (nint)(delegate* unmanaged<nuint>)&CuDnn,
            _ => 0,
        };

    [UnmanagedCallersOnly]
    private static int Initialize(uint flags) => 0;

    [UnmanagedCallersOnly]
    private static int Get(int* device, int index)
    {
        *device = 100 + index;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Name(byte* text, int length, int device)
    {
        var written = Encoding.UTF8.GetBytes($"Card {device - 100}", new Span<byte>(text, length));
        text[written] = 0;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Attribute(int* value, int attribute, int device)
    {
        *value = attribute == 75 ? 9 : 0;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Driver(int* version)
    {
        *version = 13010;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Runtime(int* version)
    {
        *version = 12080;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nuint CuDnn() => 91002;

    [UnmanagedCallersOnly]
    private static int Failing(int* version) => 1;
}
