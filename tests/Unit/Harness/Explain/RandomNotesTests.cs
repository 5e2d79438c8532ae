using PPYolo.Align;
using PPYolo.Harness.Explain;

namespace PPYolo.Tests.Unit.Harness.Explain;

public sealed class RandomNotesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a b c c", "a b c c", null)]
    [InlineData("a b:drop b b", "a b:drop b b", null)]
    [InlineData("a b:drop b b", "a a a a", "the forward pass of iteration 0: A draws some, first in drop, B draws none")]
    [InlineData(
        "a b:drop b b",
        "a c:drop c c",
        "the forward pass of iteration 0: A draws some, first in drop, B draws some, first in drop; but"
    )]
    [InlineData(
        "a b:drop b b",
        "a b:head b b",
        "the forward pass of iteration 0: A draws some, first in drop, B draws some, first in head"
    )]
    [InlineData("a a a a", "a a b b", "the backward pass of iteration 0: A draws none, B draws some")]
    [InlineData("a a a a", "a a a b", "optimizer and average of iteration 0: A draws none, B draws some")]
    [InlineData("a a a a, b b b b", "a a a a, a a a a", "loading the batch of iteration 1: A draws some, B draws none")]
    [InlineData("a b:drop b b", "x y:drop y y", "the two runs began with different seeds, and draw at the same places")]
    public void Names_the_first_place_where_generators_went_apart(string first, string second, string? note)
    {
        var notes = RandomNotes
            .Of(Run("A", first), Run("B", second))
            .Select(text => text.Replace(folder.Path + Path.DirectorySeparatorChar, ""));

        if (note is null)
        {
            notes.Should().BeEmpty();
        }
        else
        {
            notes.Should().ContainSingle().Which.Should().StartWith("random numbers: " + note);
        }
    }

    [Fact]
    public void Says_nothing_where_one_did_not_look() => RandomNotes.Of(Run("A", "a a a a"), folder.Folder("B")).Should().BeEmpty();

    [Theory]
    [InlineData("{\"version\": 2, \"iterations\": []}", "*random.json: expected version 1, found 2*")]
    [InlineData("{\"version\": 1, \"iter", "*random.json: *")]
    public void Refuses_what_it_cannot_read(string text, string message)
    {
        File.WriteAllText(Path.Combine(folder.Folder("A"), "random.json"), text);

        FluentActions
            .Invoking(() => RandomNotes.Of(folder.File("A"), Run("B", "a a a a")).ToList())
            .Should()
            .Throw<AlignException>()
            .WithMessage(message);
    }

    /// <summary>A record: states before and after the forward pass, after the backward pass and after the step of each iteration.</summary>
    private string Run(string name, string states)
    {
        var iterations = states
            .Split(", ")
            .Select(iteration => iteration.Split(' '))
            .Select(
                (at, i) =>
                    $$"""
                        {"iteration": {{i}}, "data": "{{at[0]}}", "forward": "{{at[1].Split(':')[0]}}", "backward": "{{at[
                            2
                        ]}}", "weights": "{{at[3]}}"
                        """
                    + (at[1].Split(':') is [_, var module] ? $$""", "module": "{{module}}"}""" : "}")
            );
        File.WriteAllText(
            Path.Combine(folder.Folder(name), "random.json"),
            $$"""{"version": 1, "iterations": [{{string.Join(", ", iterations)}}]}"""
        );
        return folder.File(name);
    }
}
