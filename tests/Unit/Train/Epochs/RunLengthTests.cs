using PPYolo.Train.Epochs;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Unit.Train.Epochs;

public class RunLengthTests
{
    [Theory]
    [InlineData(
        "r50vd",
        16,
        714,
        "16 epochs of 714 iterations with 8 images: about 1* to * on two cores. --epochs N trains for fewer; *--resume"
    )]
    [InlineData("r18vd", 1, 5, "1 epoch of 5 iterations with 8 images: minutes on two cores")]
    [InlineData("r101vd", 2, 5, "2 epochs of 5 iterations with 8 images")]
    public void Is_said_before_a_run_starts(string network, int epochs, int iterations, string said) =>
        RunLength.Describe(new() { Network = network, IterationsPerEpoch = iterations }, epochs, onCpu: true).Should().Match(said);

    [Fact]
    public void Of_a_card_no_time_is_known() =>
        RunLength.Describe(new TrainOptions(), 16, onCpu: false).Should().Be("16 epochs of 714 iterations with 8 images");

    [Fact]
    public void Grows_with_the_images()
    {
        RunLength
            .Describe(new() { Sizes = [96], IterationsPerEpoch = 1000 }, 1, onCpu: true)
            .Should()
            .Contain("about 4 minutes to 13 minutes");
        RunLength
            .Describe(new() { Sizes = [608], IterationsPerEpoch = 1000 }, 10, onCpu: true)
            .Should()
            .Contain("about 17 hours to 46 hours");
    }
}
