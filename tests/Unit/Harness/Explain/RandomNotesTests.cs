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
    [InlineData("a b:drop b b", "a b b b", null)]
    [InlineData("a b:drop b b", "x y:drop y y", "the two runs began with different seeds, and draw at the same places")]
    [InlineData("a a a a", "x x x x", null)]
    public void Names_the_first_place_where_generators_went_apart(string first, string second, string? note) =>
        Notes(first, second, note is null ? null : "(torch): " + note);

    [Theory]
    [InlineData("a/x b/x b/x b/x", "a b b b", null)]
    [InlineData("a/x b/y b/y b/y", "a b b b", null)]
    [InlineData("a/x b/x b/x b/x", "a a a a", "(torch): the forward pass of iteration 0: A draws some, B draws none")]
    [InlineData("a/x b/x b/x b/x", "a/x b/x b/y b/y", "(numpy): the backward pass of iteration 0: A draws none, B draws some")]
    [InlineData("a/x b/x b/x c/x", "a/x b/x b/y b/y", "(numpy): the backward pass of iteration 0: A draws none, B draws some")]
    [InlineData("a/x b/x b/x b/x", "c/y d/y d/y d/y", "(torch): the two runs began with different seeds")]
    [InlineData("a/x b/y b/y b/y", "c/z d/u d/u d/u", "(torch, numpy): the two runs began with different seeds")]
    public void Compares_each_generator_that_both_looked_at(string first, string second, string? note) => Notes(first, second, note);

    [Theory]
    [InlineData("a b - b", "a b - b", null)]
    [InlineData("a b - c", "a b b b", "(torch): the backward pass, optimizer and average of iteration 0: A draws some, B draws none")]
    [InlineData(
        "a - - b:drop",
        "a a a a",
        "(torch): the forward pass, the backward pass, optimizer and average of iteration 0: A draws some"
    )]
    public void A_phase_that_was_not_looked_at_belongs_to_the_next(string first, string second, string? note) => Notes(first, second, note);

    [Theory]
    [InlineData("a a a a, b b b b", "a a a a, a a a a", null)]
    [InlineData("a a a a, b b b b", "x x x x, x y y y", "(torch): the forward pass of iteration 1: A draws none, B draws some")]
    [InlineData("a b b b, c d d d", "a b b b, b e e e", null)]
    [InlineData("a a a a, b b b b", "x x x x, x x x x", null)]
    public void How_batches_were_drawn_does_not_matter_where_they_are_the_same(string first, string second, string? note) =>
        Notes(first, second, note, fedAlike: true);

    [Fact]
    public void One_hash_of_all_generators_as_version_1_has_it_is_compared_as_such()
    {
        foreach (var (name, state) in new[] { ("A", "b"), ("B", "a") })
        {
            File.WriteAllText(
                Path.Combine(folder.Folder(name), "random.json"),
                $$"""{"version": 1, "iterations": [{"iteration": 0, "data": "a", "forward": "{{state}}"}]}"""
            );
        }

        RandomNotes
            .Of(folder.File("A"), folder.File("B"), fedAlike: false)
            .Should()
            .ContainSingle()
            .Which.Should()
            .StartWith("random numbers (all): the forward pass of iteration 0");
        RandomNotes
            .Of(folder.File("A"), Run("C", "a a a a"), fedAlike: false)
            .Should()
            .ContainSingle()
            .Which.Should()
            .Match(
                "random numbers are not compared: *A looked at all from iteration 0 to 0, and *C at torch from iteration 0 to 0",
                "there is no generator that both looked at"
            );
    }

    [Theory]
    [InlineData("a a a a, a a a a, b b b b", "2: b b c c", "(torch): the backward pass of iteration 2: A draws none, B draws some")]
    [InlineData("a a a a, b b b b, c c c c", "1: b b b b, c c c c", null)]
    [InlineData("a a a a, b b b b, c c c c, d d d d", "0: a a a a, 3: e e e e", null)]
    [InlineData(
        "a b c d, d e e e",
        "1: x y y y",
        "(torch): the two runs stood elsewhere when iteration 1 began, the first that both looked at, and draw"
    )]
    [InlineData("a a a a", "4: a a a a", "are not compared: A looked at torch from iteration 0 to 0, and B at torch from iteration 4 to 4")]
    public void Iterations_that_both_looked_at_are_compared(string first, string second, string? note) => Notes(first, second, note);

    [Fact]
    public void Says_nothing_where_one_did_not_look() =>
        RandomNotes.Of(Run("A", "a a a a"), folder.Folder("B"), fedAlike: false).Should().BeEmpty();

    [Theory]
    [InlineData("{\"version\": 3, \"iterations\": []}", "*random.json: expected version 2, found 3*")]
    [InlineData("{\"version\": 1, \"iter", "*random.json: *")]
    public void Refuses_what_it_cannot_read(string text, string message)
    {
        File.WriteAllText(Path.Combine(folder.Folder("A"), "random.json"), text);

        FluentActions
            .Invoking(() => RandomNotes.Of(folder.File("A"), Run("B", "a a a a"), fedAlike: false).ToList())
            .Should()
            .Throw<AlignException>()
            .WithMessage(message);
    }

    private void Notes(string first, string second, string? note, bool fedAlike = false)
    {
        var notes = RandomNotes
            .Of(Run("A", first), Run("B", second), fedAlike)
            .Select(text => text.Replace(folder.Path + Path.DirectorySeparatorChar, ""));

        if (note is null)
        {
            notes.Should().BeEmpty();
        }
        else
        {
            notes.Should().ContainSingle().Which.Should().StartWith("random numbers " + note);
        }
    }

    /// <summary>
    /// A record: states of torch/numpy before and after the forward pass, after the backward pass and after the step of each iteration,
    /// with :MODULE where one drew; - was not looked at. Iterations are counted from 0, or from the number before them.
    /// </summary>
    private string Run(string name, string states)
    {
        var iterations = new List<string>();
        var number = 0;
        foreach (var iteration in states.Split(", "))
        {
            var parts = iteration.Split(": ");
            number = parts.Length == 2 ? int.Parse(parts[0]) : number;
            var at = parts[^1].Split(' ');
            iterations.Add(
                $$"""{"iteration": {{number++}}"""
                    + string.Concat(at.Zip(["data", "forward", "backward", "weights"], Phase))
                    + string.Concat(at.Select(one => one.Split(':')).Where(one => one.Length == 2).Select(one => Member("module", one[1])))
                    + "}"
            );
        }

        File.WriteAllText(
            Path.Combine(folder.Folder(name), "random.json"),
            $$"""{"version": 2, "iterations": [{{string.Join(", ", iterations)}}]}"""
        );
        return folder.File(name);
    }

    private static string Phase(string state, string phase)
    {
        var generators = state.Split(':')[0].Split('/').Zip(["torch", "numpy"], (hash, generator) => $"\"{generator}\": \"{hash}\"");
        return state[0] == '-' ? $$""", "{{phase}}": null""" : $$""", "{{phase}}": { {{string.Join(", ", generators)}} }""";
    }

    private static string Member(string name, string value) => $", \"{name}\": \"{value}\"";
}
