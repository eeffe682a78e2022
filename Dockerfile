# Two stages: wheels are installed in the first, the second has neither pip's cache nor the sources' history.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/kentongan
WORKDIR /src
COPY requirements.lock requirements-build.lock pyproject.toml README.md LICENSE ./
RUN /opt/kentongan/bin/pip install --require-hashes -r requirements.lock \
    && pip install --require-hashes -r requirements-build.lock
COPY bot bot
COPY storage storage
RUN pip wheel --no-build-isolation --no-deps --wheel-dir /wheels . \
    && /opt/kentongan/bin/pip install --no-deps /wheels/*.whl

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Kentongan" org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --home-dir /srv/kentongan --shell /usr/sbin/nologin kentongan \
    && mkdir -p /srv/kentongan/var && chown kentongan /srv/kentongan/var
COPY --from=build /opt/kentongan /opt/kentongan
WORKDIR /srv/kentongan
COPY feeds.yaml ./
ENV PATH=/opt/kentongan/bin:$PATH PYTHONUNBUFFERED=1 LISTEN=0.0.0.0:8080 LOG_FORMAT=json
USER kentongan
# The database, its lock and the first admin's code live here; mount it, or they go with the container.
VOLUME /srv/kentongan/var
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s --retries=3 CMD ["kentongan", "healthcheck"]
ENTRYPOINT ["kentongan"]
CMD ["run"]
