using PPYolo.Align;
using PPYolo.Data.Coco;

namespace PPYolo.Tests.Unit.Data.Coco;

public sealed class CocoReaderTests : IDisposable
{
    private const string Truth = """
        {"info": {"deep": [[1, {"id": 3}]]}, "images": [{"file_name": "a.jpg", "id": 7}],
         "annotations": [{"id": 1, "image_id": 7, "category_id": 2, "bbox": [1, 2.5, 3e1, 4], "area": 50, "iscrowd": 1,
            "segmentation": {"counts": "x", "id": 9}}],
         "categories": [{"supercategory": "x", "name": "cat", "id": 2}]}
        """;

    private const string Found = """[{"image_id": 7, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}]""";

    private readonly TemporaryFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Reads_what_is_there_and_skips_the_rest()
    {
        var truth = ReadTruth(Truth);

        truth.ImageIds.Should().Equal(7);
        truth.Categories.Should().Equal(new CocoCategory(2, "cat"));
        truth.Annotations.Should().Equal(new CocoAnnotation(1, 7, 2, new(1, 2.5, 30, 4), 50, IsCrowd: true));
        ReadFound(Found).Should().Equal(new CocoDetection(7, 2, new(1, 2, 3, 4), 0.5));
    }

    [Fact]
    public void An_empty_list_of_detections_is_one()
    {
        ReadFound("[]").Should().BeEmpty();
        ReadFound("\uFEFF [ ]\n").Should().BeEmpty();
    }

    [Fact]
    public void Takes_what_pycocotools_takes()
    {
        ReadTruth(Truth.Replace("\"iscrowd\": 1", "\"iscrowd\": true")).Annotations[0].IsCrowd.Should().BeTrue();
        ReadTruth(Truth.Replace("\"iscrowd\": 1", "\"iscrowd\": 0.0")).Annotations[0].IsCrowd.Should().BeFalse();
        ReadTruth(Truth.Replace("\"name\": \"cat\"", "\"name\": {\"en\": \"cat\"}")).Categories[0].Name.Should().Be("2");
        ReadTruth(Truth.Replace("{\"file_name\"", "{\"id\": 7}, {\"file_name\"")).ImageIds.Should().Equal(7);
        ReadTruth(Truth.Replace("\"id\": 7", "\"id\": 8, \"id\": 7.0")).ImageIds.Should().Equal(7);
        ReadTruth(Truth.Replace("7", "9007199254740993")).ImageIds.Should().Equal(9007199254740993);
        ReadFound(Found.Replace("\"category_id\": 2", "\"category_id\": 99")).Should().ContainSingle();
    }

    [Fact]
    public void A_missing_iscrowd_is_no_crowd()
    {
        ReadTruth(Truth.Replace("\"iscrowd\"", "\"other\"")).Annotations[0].IsCrowd.Should().BeFalse();
    }

    [Fact]
    public void Training_needs_less_of_an_annotation_and_reads_more_of_an_image_than_scoring()
    {
        var lenient = Truth.Replace("\"id\": 1,", "").Replace("\"area\"", "\"size\"");
        var annotation = CocoSetReader.Read(scratch.Write("set.json", lenient)).Annotations.Should().ContainSingle().Subject;
        annotation.Should().Be(new CocoAnnotation(-1, 7, 2, new(1, 2.5, 30, 4), 120, IsCrowd: true));

        var wide = Truth.Replace("\"id\": 7", "\"id\": 7, \"width\": \"wide\"");
        ReadTruth(wide).ImageIds.Should().Equal(7);
        var set = CocoSetReader.Read(scratch.Write("set.json", wide));
        set.Images.Should().BeEmpty();
        set.Problems.Should()
            .ContainSingle()
            .Which.Should()
            .Match<CocoProblem>(problem =>
                problem.Id == 7
                && problem.Detail.StartsWith("image id 7: images[0].width: expected a whole number", StringComparison.Ordinal)
            );
    }

    [Fact]
    public void A_bad_record_is_left_out_and_those_behind_it_are_read()
    {
        const string text = """
            {"images": [null, {"id": 1}, {"file_name": "x"}], "categories": [{"id": 2}, 3],
             "annotations": [{"id": 5, "image_id": 1, "category_id": 2, "bbox": null}, {"id": 6, "image_id": 1, "category_id": 2,
             "bbox": [1, 2, 3]}, {"id": 8, "image_id": 1, "bbox": {"a": [1]}, "category_id": 2},
             {"id": 9, "image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4]}]}
            """;

        var set = CocoSetReader.Read(scratch.Write("set.json", text));

        set.Images.Select(image => image.Id).Should().Equal(1);
        set.Categories.Select(category => category.Id).Should().Equal(2);
        set.Annotations.Select(annotation => annotation.Id).Should().Equal(9);
        set.Problems.Select(problem => problem.Id).Should().Equal(-1, -2, -3, 5, 6, 8);
        FluentActions
            .Invoking(() => CocoGroundTruthReader.Read(scratch.File("set.json")))
            .Should()
            .Throw<AlignException>("what is scored by must be whole");
    }

    [Theory]
    [InlineData("\"a.jpg\"", "\"a.jpg\"")]
    [InlineData("\"7\"", "7")]
    [InlineData("7", "\"7\"")]
    [InlineData("\"007\"", "\"007\"")]
    public void Ids_may_be_texts(string inTruth, string inDetections)
    {
        var truth = ReadTruth(
            $$"""
            {"images": [{"id": {{inTruth}}}, {"id": "other"}], "categories": [{"id": "cat", "name": "x"}],
             "annotations": [{"id": 1, "image_id": {{inTruth}}, "category_id": "cat", "bbox": [1, 2, 30, 40], "area": 1200}]}
            """
        );
        var found = CocoDetectionReader.Read(
            scratch.Write(
                "found.json",
                $$"""[{"image_id": {{inDetections}}, "category_id": "cat", "bbox": [1, 2, 30, 40], "score": 0.9}]"""
            ),
            truth
        );

        CocoEvaluator.Evaluate(truth, found).AP.Should().BeApproximately(1, 1e-12);
        FluentActions
            .Invoking(() =>
                CocoDetectionReader.Read(
                    scratch.Write("x.json", """[{"image_id": "nowhere", "category_id": "cat", "bbox": [1, 2, 30, 40], "score": 0.9}]"""),
                    truth
                )
            )
            .Should()
            .Throw<AlignException>()
            .WithMessage("*found image_id nowhere*");
    }

    [Fact]
    public void Ids_with_chosen_hashes_take_no_longer_than_others()
    {
        // The framework's hash of each is 0. Unseeded, this takes minutes.
        const int count = 200_000;
        var ids = Enumerable.Range(1, count).Select(i => ((long)i << 32) | (uint)i).ToList();

        var truth = new CocoGroundTruth(ids, [new(1, "x")], ids.Select(id => new CocoAnnotation(id, id, 1, new(0, 0, 1, 1), 1, false)));

        truth.ImageIds.Should().HaveCount(count);
        truth.IndexOfImage(ids[^1]).Should().Be(count - 1);
    }

    [Theory]
    [InlineData("\"images\"", "\"pictures\"", "*expected a member 'images', found none*")]
    [InlineData("\"annotations\"", "\"objects\"", "*expected a member 'annotations', found none*")]
    [InlineData("\"categories\"", "\"classes\"", "*expected a member 'categories', found none*")]
    [InlineData("\"id\": 7", "\"key\": 7", "*images[0]: expected a member 'id'*")]
    [InlineData("\"id\": 1", "\"key\": 1", "*annotations[0]: expected a member 'id'*")]
    [InlineData("\"image_id\"", "\"image\"", "*annotations[0]: expected a member 'image_id'*")]
    [InlineData("\"category_id\"", "\"category\"", "*annotations[0]: expected a member 'category_id'*")]
    [InlineData("\"bbox\"", "\"box\"", "*annotations[0]: expected a member 'bbox'*")]
    [InlineData("\"area\"", "\"size\"", "*annotations[0]: expected a member 'area'*")]
    [InlineData("\"id\": 2", "\"key\": 2", "*categories[0]: expected a member 'id'*")]
    [InlineData("\"id\": 7", "\"id\": 7.5", "*images[0].id: expected a whole number, found 7.5*")]
    [InlineData("\"area\": 50", "\"area\": null", "*annotations[0].area: expected a finite number, found null*")]
    [InlineData("\"area\": 50", "\"area\": 1e999", "*annotations[0].area: expected a finite number, found 1e999*")]
    [InlineData("\"area\": 50", "\"area\": NaN", "*in line 2 at byte*stops being JSON*")]
    [InlineData("\"iscrowd\": 1", "\"iscrowd\": \"no\"", "*annotations[0].iscrowd: expected a whole number, found the text \"no\"*")]
    [InlineData("[1, 2.5, 3e1, 4]", "[1, 2.5, 3e1]", "*annotations[0].bbox: expected four finite numbers*found the end of the array*")]
    [InlineData("[1, 2.5, 3e1, 4]", "[1, 2.5, 3e1, 4, 5]", "*annotations[0].bbox: expected four finite numbers*found 5*")]
    [InlineData("[1, 2.5, 3e1, 4]", "[1, 2.5, \"3\", 4]", "*annotations[0].bbox: expected four finite numbers*found the text \"3\"*")]
    [InlineData("[1, 2.5, 3e1, 4]", "{\"x\": 1}", "*annotations[0].bbox: expected four finite numbers*found an object*")]
    [InlineData("[{\"file_name\"", "[7, {\"file_name\"", "*images[0]: expected an object*found 7*")]
    [InlineData("\"images\": [", "\"images\": 5, \"x\": [", "*images: expected an array, found 5*")]
    public void What_is_wrong_in_a_ground_truth_is_named(string part, string instead, string message)
    {
        Truth.Should().Contain(part);
        var act = () => ReadTruth(Truth.Replace(part, instead));

        act.Should().Throw<AlignException>().WithMessage(message).WithMessage(scratch.File("truth.json") + ": *");
    }

    [Theory]
    [InlineData("\"image_id\"", "\"image\"", "*: detections[0]: expected a member 'image_id'*")]
    [InlineData("\"category_id\"", "\"category\"", "*: detections[0]: expected a member 'category_id'*")]
    [InlineData("\"bbox\"", "\"box\"", "*: detections[0]: expected a member 'bbox'*")]
    [InlineData("\"score\"", "\"confidence\"", "*: detections[0]: expected a member 'score'*")]
    [InlineData(
        "\"image_id\": 7",
        "\"image_id\": 8",
        "*: detections[0]: expected the id of one of the ground truth's 1 images, found image_id 8*"
    )]
    [InlineData("0.5", "\"high\"", "*: detections[0].score: expected a finite number, found the text \"high\"*")]
    [InlineData("0.5", "-1e999", "*: detections[0].score: expected a finite number, found -1e999*")]
    [InlineData("0.5", "Infinity", "*stops being JSON*")]
    [InlineData("[1, 2, 3, 4]", "[]", "*: detections[0].bbox: expected four finite numbers*")]
    [InlineData("[1, 2, 3, 4]", "[1, 2, 3, 1e999]", "*: detections[0].bbox: expected four finite numbers*found 1e999*")]
    [InlineData("}]", "}", "*stops being JSON*")]
    [InlineData("}]", "}] []", "*stops being JSON*")]
    public void What_is_wrong_in_detections_is_named(string part, string instead, string message)
    {
        Found.Should().Contain(part);
        var act = () => ReadFound(Found.Replace(part, instead));

        act.Should().Throw<AlignException>().WithMessage(message).WithMessage(scratch.File("found.json") + ": *");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[1, 2")]
    [InlineData("[")]
    [InlineData("null")]
    [InlineData("3")]
    public void Files_of_another_kind_are_refused(string content)
    {
        var truth = () => ReadTruth(content);
        var found = () => ReadFound(content);

        truth.Should().Throw<AlignException>().WithMessage("*truth.json: expected*COCO annotations*");
        found.Should().Throw<AlignException>().WithMessage("*found.json: *expected*");
    }

    [Fact]
    public void The_two_files_cannot_be_exchanged()
    {
        var truth = () => ReadTruth(Found);
        var found = () => ReadFound(Truth);

        truth.Should().Throw<AlignException>().WithMessage("*expected COCO annotations*found an array*");
        found.Should().Throw<AlignException>().WithMessage("*expected COCO results*found an object*");
    }

    [Fact]
    public void Repeated_annotation_ids_are_refused()
    {
        const string another = """{"id": 1, "image_id": 7, "category_id": 2, "bbox": [0, 0, 1, 1], "area": 1}""";
        var act = () => ReadTruth(Truth.Replace("\"annotations\": [", $"\"annotations\": [{another}, "));

        act.Should().Throw<AlignException>().WithMessage("*truth.json*id 1 twice*");
    }

    [Fact]
    public void Texts_that_are_not_Unicode_are_refused()
    {
        var act = () => ReadTruth(Truth.Replace("\"cat\"", "\"\\ud800\""));

        act.Should().Throw<AlignException>().WithMessage("*truth.json*not Unicode*");
    }

    [Fact]
    public void Missing_files_and_folders_are_refused()
    {
        var missing = () => CocoGroundTruthReader.Read(scratch.File("nothing.json"));
        var folder = () => CocoGroundTruthReader.Read(Path.GetTempPath());

        missing.Should().Throw<AlignException>().WithMessage("*nothing.json: there is no such file*");
        folder.Should().Throw<AlignException>().WithMessage("*found a folder*");
    }

    private CocoGroundTruth ReadTruth(string content) => CocoGroundTruthReader.Read(scratch.Write("truth.json", content));

    private CocoDetection[] ReadFound(string content) => CocoDetectionReader.Read(scratch.Write("found.json", content), ReadTruth(Truth));
}
