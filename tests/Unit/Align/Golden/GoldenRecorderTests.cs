using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

/// <summary>A tensor with the golden's bits is not summarized again, and any other is.</summary>
public class GoldenRecorderTests
{
    private const double Planted = 12345;

    /// <summary>Only a golden says this of the weight: whether it was asked shows.</summary>
    private static readonly GoldenRecord Golden = Runs.Golden().With("weight", tensor => tensor with { Moved = Planted, Floor = 1 });

    [Fact]
    public void ATensorWithTheGoldensBitsIsTakenFromIt()
    {
        var weight = Weight(Runs.Run(golden: Golden));

        weight.Moved.Should().Be(Planted);
        weight.Floor.Should().BeNull("a run has none before twins were run");
    }

    [Fact]
    public void ATensorWithOtherBitsIsSummarized() => Weight(Runs.Run(noise: 1e-6, golden: Golden)).Should().BeEquivalentTo(Weight(Runs.Run(noise: 1e-6)));

    [Fact]
    public void ATensorOfAnotherShapeIsNotTheGoldensThoughItsBytesAre()
    {
        var flat = Golden.With("weight", tensor => tensor with { Shape = [4] });

        Weight(Runs.Run(golden: flat)).Should().BeEquivalentTo(Weight(Runs.Run()));
    }

    [Fact]
    public void ARunFromOtherWeightsTakesNothingFromTheGolden() => Weight(Runs.Run(golden: Golden with { Start = "other weights" })).Should().BeEquivalentTo(Weight(Runs.Run()));

    [Fact]
    public void TheRolesAreTheRuns()
    {
        var frozen = Golden.With("weight", tensor => tensor with { Role = GoldenRole.Frozen });

        Weight(Runs.Run(golden: frozen)).Role.Should().Be(GoldenRole.Trained, "what the golden says of it is compared with that");
    }

    [Fact]
    public void ARateOfZeroStillMakesTheWeightOneThatMustNotMove() => Weight(Runs.Run(rate: 0, golden: Golden)).Role.Should().Be(GoldenRole.Frozen);

    private static GoldenTensor Weight(GoldenRecord record) => record.Tensors.Single(tensor => tensor.Name == "weight" && tensor.Part == GoldenPart.Weight);
}
